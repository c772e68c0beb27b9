/**
 * What people hand to the commands of the record by mistake or on purpose: each is told with a code and what is wrong, never
 * with a stack trace, and never called verified or proved.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { proveEntry } from '../../activities/exports/prove.ts';
import { openExport } from '../../activities/exports/read.ts';
import { writeExport } from '../../activities/exports/write.ts';
import { openStores } from '../../activities/stores/index.ts';
import { event, START, temporaryFolder } from '../audit/samples.ts';
import { noteOf, testKey } from '../checkpoints/keys.ts';
import { runCordon, type Ended } from '../command-line.ts';
import { items, KEY, leafOf, logOf, sourceOf, THIEF, type Log } from './logs.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const OTHER = testKey('other.example/record', 'log');
const NEXT = testKey(KEY.key.name, 'log', 'the next one');
const SIZE = 300;

/** Temporal cannot be reached. */
const cordon = (...args: readonly string[]): Promise<Ended> =>
  runCordon(args, { cwd: folder, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
const audit = (...args: readonly string[]): Promise<Ended> => cordon('audit', ...args);

const ours = logOf(items(SIZE));
const theirs: Log = {
  ...logOf(items(SIZE, 7), OTHER),
  notes: [noteOf(`${OTHER.key.name}\n1\nAAAA\n`, OTHER)],
};

async function exportOf(log: Log, name: string, policy: string): Promise<void> {
  await writeExport(sourceOf(log), at(name), { policy, withValues: true, onProgress: () => {} });
}
/** An export with one file changed. */
function changed(name: string, file: string, change: (text: string) => string): void {
  cpSync(at('ours'), at(name), { recursive: true });
  writeFileSync(at(name, file), change(readFileSync(at('ours', file), 'utf8')));
}
const swapped = (text: string): string => {
  const lines = text.split('\n');
  return lines.toSpliced(5, 2, ...lines.slice(5, 7).toReversed()).join('\n');
};

beforeAll(async () => {
  await exportOf(ours, 'ours', `log ${KEY.vkey}\nquorum none\n`);
  await exportOf(logOf(items(SIZE), THIEF), 'stolen', '');
  const foreign = logOf(items(SIZE, 7));
  await exportOf(foreign, 'theirs', '');
  const files: { readonly [name: string]: string } = {
    'ours.policy': `log ${KEY.vkey}\nquorum none\n`,
    'other.policy': `log ${OTHER.vkey}\nquorum none\n`,
    'next.policy': `log ${NEXT.vkey}\nquorum none\n`,
    'unknown-key.policy': `log ${KEY.key.name}+00000000+${Buffer.from([0x7f, ...KEY.key.publicKey]).toString('base64')}\nquorum none\n`,
    'wrong-id.policy': `log ${KEY.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')}\nquorum none\n`,
    'unknown-word.policy': `log ${KEY.vkey}\nquorum none\ntrust everybody\n`,
    'empty.policy': '',
    'text.txt': 'not a record, but long enough to be looked at\n'.repeat(40),
    'empty.notes': '',
    'their.notes': theirs.notes.join('\n'),
    'garbage.tlog-proof': 'c2sp.org/tlog-proof@v1\nindex 1\n',
    'big.tlog-proof': 'x'.repeat(1 << 20),
    'no-store.yaml': `mode: development\nstate: ${at('text.txt')}/record.db\n`,
    'foreign-store.yaml': `mode: development\nstate: ${at('text.txt')}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  writeFileSync(at('binary'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
  mkdirSync(at('hollow'));
  changed('truncated', 'entries.jsonl', (text) => text.slice(0, -200));
  changed('doubled', 'entries.jsonl', (text) => text + text);
  changed('reordered', 'entries.jsonl', swapped);
  changed('garbage', 'entries.jsonl', () => '\u0000\u0001\n{}\n');
  changed('emptied', 'entries.jsonl', () => '');
  changed('mixed', 'entries.jsonl', (text) =>
    text
      .split('\n')
      .with(9, (foreign.entries[9] ?? Buffer.alloc(0)).toString())
      .join('\n'),
  );
  changed('bad-head', 'head.json', () => '{"size":-1}');
  changed('bad-notes', 'checkpoints', () => 'nobody\nsigned\nthis\n');
  changed('bad-values', 'values.jsonl', () => '{"index":"first"}\n');
  changed('bad-details', 'details.jsonl', () => 'nothing\n');
  changed('other-notes', 'checkpoints', () => theirs.notes.join('\n'));
  for (const [name, index] of [
    ['ours', 17],
    ['theirs', 17],
    ['stolen', 17],
  ] as const) {
    const proved = await proveEntry(await openExport(at(name)), { kind: 'index', index });
    if (proved.kind !== 'proved') throw new Error(proved.kind);
    writeFileSync(at(`${name}.tlog-proof`), proved.proof);
    writeFileSync(at(`${name}.json`), proved.entry);
  }
  const ledger = await openStores(at('record.db'), { log: 'test', now: () => START });
  await ledger.append([event('a', 0), event('a', 1)]);
  await ledger.close();
});

type Case = readonly [what: string, args: readonly string[], code: 1 | 2 | 3, says: RegExp];

const verified: readonly Case[] = [
  ['of another log', ['theirs', '--policy', 'other.policy'], 1, /checkpoint_untrusted/],
  ['signed by somebody else', ['stolen', '--policy', 'ours.policy'], 1, /checkpoint_untrusted/],
  ['against a key that came later', ['ours', '--policy', 'next.policy'], 1, /checkpoint_untrusted/],
  ['with checkpoints of another log', ['other-notes', '--policy', 'ours.policy'], 1, /checkpoint_untrusted/],
  ['with what are no checkpoints', ['bad-notes', '--policy', 'ours.policy'], 1, /checkpoint_untrusted/],
  [
    'beside copies of another log',
    ['ours', '--policy', 'ours.policy', '--witness', 'their.notes'],
    1,
    /checkpoint_untrusted/,
  ],
  ['with an entry of another log', ['mixed'], 1, /entry 9 .*\n.*entry_broken/],
  ['cut in an entry', ['truncated'], 1, /entry 299 .*\n.*entry_broken/],
  ['that stands there twice', ['doubled'], 1, /entry 300 .*\n.*entry_broken/],
  ['out of order', ['reordered'], 1, /entry 5 .*\n.*entry_broken/],
  ['of garbage', ['garbage'], 1, /entry 0 .*\n.*entry_broken/],
  ['of nothing', ['emptied'], 1, /head_disagrees|cut/],
  ['with a head that is none', ['bad-head'], 1, /damaged/],
  ['with values that are none', ['bad-values'], 1, /damaged/],
  ['with details that are none', ['bad-details'], 1, /damaged/],
  ['that is a text', ['text.txt'], 1, /source_foreign/],
  ['that is bytes', ['binary'], 1, /source_foreign/],
  ['that is an empty folder', ['hollow'], 1, /source_missing/],
  ['that is not there', ['nowhere'], 1, /source_missing/],
  ['with a policy that is not there', ['ours', '--policy', 'nowhere'], 2, /file_unreadable/],
  ['with a policy that is a folder', ['ours', '--policy', 'hollow'], 2, /file_unreadable/],
  ['with a policy of bytes', ['ours', '--policy', 'binary'], 2, /file_unreadable: .*not UTF-8/],
  ['with an empty policy', ['ours', '--policy', 'empty.policy'], 2, /policy_/],
  ['with a key of an unknown kind', ['ours', '--policy', 'unknown-key.policy'], 2, /policy_.*:1: /],
  ['with a key under a false id', ['ours', '--policy', 'wrong-id.policy'], 2, /policy_.*:1: /],
  ['with a line that no policy has', ['ours', '--policy', 'unknown-word.policy'], 2, /policy_.*:3: /],
  ['with an empty file of copies', ['ours', '--witness', 'empty.notes'], 2, /witness_empty/],
  ['with copies that are bytes', ['ours', '--witness', 'binary'], 2, /file_unreadable/],
  ['with copies that are a text', ['ours', '--witness', 'text.txt'], 1, /checkpoint_untrusted|witness_/],
];

const others: readonly Case[] = [
  [
    'a proof of another log',
    ['check-proof', 'theirs.tlog-proof', '--policy', 'other.policy'],
    1,
    /unknown_key|not proved/,
  ],
  [
    'a proof signed by somebody else',
    ['check-proof', 'stolen.tlog-proof', '--policy', 'ours.policy'],
    1,
    /not proved/,
  ],
  [
    'a proof beside another entry',
    ['check-proof', 'ours.tlog-proof', '--policy', 'ours.policy', '--entry', 'theirs.json'],
    1,
    /not proved/,
  ],
  ['a proof that is none', ['check-proof', 'garbage.tlog-proof', '--policy', 'ours.policy'], 1, /malformed/],
  ['a proof of bytes', ['check-proof', 'binary', '--policy', 'ours.policy'], 1, /malformed/],
  [
    'a proof that is too big',
    ['check-proof', 'big.tlog-proof', '--policy', 'ours.policy'],
    2,
    /file_too_big/,
  ],
  ['a proof that is not there', ['check-proof', 'nowhere', '--policy', 'ours.policy'], 2, /file_unreadable/],
  ['a proof that is a folder', ['check-proof', 'hollow', '--policy', 'ours.policy'], 2, /file_unreadable/],
  [
    'a proof against an unknown key',
    ['check-proof', 'ours.tlog-proof', '--policy', 'unknown-key.policy'],
    2,
    /policy_/,
  ],
  ['an entry beyond the last one', ['prove', String(SIZE), '--source', 'ours'], 1, /entry_unknown/],
  ['an entry out of all range', ['prove', '9'.repeat(15), '--source', 'ours'], 1, /entry_unknown/],
  ['an entry that is no number', ['prove', '1e3', '--source', 'ours'], 2, /entry_unknown/],
  ['an event id that is nobody’s', ['prove', 'a'.repeat(32), '--source', 'ours'], 1, /entry_unknown/],
  ['an entry that nobody signed', ['prove', '1', '--source', 'record.db'], 3, /entry_unsigned/],
  [
    'a proof written where nobody can',
    ['prove', '1', '--source', 'ours', '--out', 'text.txt/x'],
    1,
    /file_unwritable/,
  ],
  ['an export over another', ['export', 'ours', '--source', 'record.db'], 2, /folder_not_empty/],
  [
    'an export where nobody can write',
    ['export', 'text.txt/x', '--source', 'record.db'],
    1,
    /file_unwritable/,
  ],
  ['an export of what is none', ['export', 'new', '--source', 'text.txt'], 1, /source_foreign/],
  [
    'a run that the record does not know',
    ['show', 'nobody', '--source', 'ours'],
    1,
    /run_unknown|no run|nothing/,
  ],
  ['the last entries of nothing', ['tail', '--source', 'nowhere'], 1, /source_missing/],
];

/** With a configuration of its own before the arguments. */
const ownStore: readonly Case[] = [
  ['verify', [], 1, /source_missing|source_foreign/],
  ['erase', ['1', '--as', 'x', '--reason', 'y'], 1, /store_unavailable/],
  ['restore', ['--as', 'x', '--reason', 'y'], 1, /store_unavailable/],
  ['seal', [], 1, /store_|source_|no Temporal server/],
];

function expectToldPlainly({ code, out, err }: Ended, expected: number, says: RegExp): void {
  expect([code, `${out}${err}`]).toEqual([expected, expect.stringMatching(says)]);
  expect(out).not.toContain('✓');
  expect(`${out}${err}`).not.toMatch(/\n\s+at .*[:(]\d+|node:internal|Error:/);
}

describe('a record that is verified', () => {
  test('control: as it was handed over it verifies', async () => {
    const { code, out } = await audit('verify', 'ours', '--policy', 'ours.policy');
    expect([code, out]).toEqual([0, expect.stringContaining('verified at level 2')]);
  }, 60_000);

  test.each(verified)(
    '%s is not',
    async (_, args, code, says) => {
      expectToldPlainly(await audit('verify', ...args), code, says);
    },
    60_000,
  );
});

describe('what else is asked of it', () => {
  test('control: a proof as it was handed over proves its entry', async () => {
    const { code, out } = await audit('check-proof', 'ours.tlog-proof', '--policy', 'ours.policy');
    expect([code, out]).toEqual([0, expect.stringContaining('proved: entry 17')]);
    expect(leafOf(ours.entries[17] ?? Buffer.alloc(0))).toHaveLength(64);
  }, 60_000);

  test.each(others)(
    '%s is told as such',
    async (_, args, code, says) => {
      expectToldPlainly(await audit(...args), code, says);
    },
    60_000,
  );

  test.each(ownStore)(
    '%s of a store that cannot be there says so',
    async (name, args, code, says) => {
      const ended = await cordon('--config', at('no-store.yaml'), 'audit', name, ...args);
      expectToldPlainly(ended, code, says);
    },
    60_000,
  );
});

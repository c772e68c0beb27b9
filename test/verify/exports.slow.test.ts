/** The record carried away: what an outsider gets, and what they see when somebody changed it on the way. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeExport } from '../../activities/exports/write.ts';
import { eachEntry } from '../../activities/exports/each-entry.ts';
import { openExport } from '../../activities/exports/read.ts';
import { writeOcsf } from '../../activities/exports/ocsf.ts';
import { writeTiles } from '../../activities/exports/tiles.ts';
import { proveEntry } from '../../activities/exports/prove.ts';
import { nodeCodec } from '../../activities/stores/codec.ts';
import { SourceError } from '../../activities/verify/source.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { checkProof } from '../../workflows/audit/proof-file.ts';
import { decoded, flipped, testKey, trusted } from '../checkpoints/keys.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { fact, items, KEY, logOf, sourceOf, START, THIEF } from './logs.ts';

const folder = temporaryFolder();
const POLICY = `log ${KEY.vkey}\nquorum none\n`;
const TRUST = trusted(POLICY);
const NOW = START + 60_000;
const personal = {
  happening: fact('a', 1000, { by: 'alice@corp.example', reason: 'she said so' }),
  at: START + 40_000,
};
const log = logOf([...items(300), personal]);
const SIZE = 301;
const whole = join(folder, 'whole');
const small = join(folder, 'small');

const write = (to: string, of = log, withValues = false) =>
  writeExport(sourceOf(of), to, { policy: POLICY, withValues, onProgress: () => {} });
const verify = async (from: string, trust = TRUST) =>
  verifyRecord(await openExport(from), { trust, outside: [], deep: false, now: NOW });

beforeAll(async () => {
  await write(whole);
  await write(small, logOf([...items(1), personal]), true);
});

describe('an export', () => {
  test('verifies as the log does, with the same head and root', async () => {
    const here = await verifyRecord(sourceOf(log), { trust: TRUST, outside: [], deep: true, now: NOW });
    const there = await verify(whole);
    expect(there).toMatchObject({ kind: 'verified', level: 2, entries: SIZE });
    expect(here).toMatchObject({ kind: 'verified', level: 2 });
    if (here.kind === 'verified') expect(there).toMatchObject({ head: here.head, root: here.root });
  });

  test('is read from any entry on', async () => {
    const source = await openExport(whole);
    for (const from of [0, 1, SIZE - 1, SIZE, SIZE + 5]) {
      const found: number[] = [];
      await eachEntry(
        source,
        (bytes, index) => {
          expect(bytes.equals(log.entries[index] ?? Buffer.alloc(0))).toBe(true);
          return found.push(index) > 0;
        },
        from,
      );
      expect(found).toHaveLength(Math.max(0, SIZE - from));
    }
  });

  test('holds entries as they are stored, one on each line, and nothing personal unless asked', async () => {
    const lines = readFileSync(join(whole, 'entries.jsonl'), 'utf8');
    expect(lines).toBe(log.entries.map((entry) => `${entry.toString()}\n`).join(''));
    for (const file of readdirSync(whole)) {
      const text = readFileSync(join(whole, file), 'utf8');
      expect(text).not.toContain('alice@corp.example');
    }
    await write(join(folder, 'with-values'), log, true);
    expect(readFileSync(join(folder, 'with-values', 'values.jsonl'), 'utf8')).toContain('alice@corp.example');
    expect(await verify(join(folder, 'with-values'))).toMatchObject({
      values: { present: 2, erased: 0, notCarried: 0 },
    });
    expect(await verify(whole)).toMatchObject({ values: { present: 0, notCarried: 2 } });
  });

  test.each([
    ['truncated in an entry', (text: string) => text.slice(0, -400), 300],
    ['doubled', (text: string) => text + text, SIZE],
    [
      'reordered',
      (text: string) =>
        text
          .split('\n')
          .toSpliced(5, 2, ...text.split('\n').slice(5, 7).toReversed())
          .join('\n'),
      5,
    ],
    ['garbage', () => '\u0000\u0001 not a record\n', 0],
    ['empty', () => '', 0],
    ['one endless line', () => 'x'.repeat(200_000), 0],
  ])('%s is not verified, and the first bad entry is named', async (name, change, firstBad) => {
    const changed = join(folder, name);
    cpSync(whole, changed, { recursive: true });
    writeFileSync(join(changed, 'entries.jsonl'), change(readFileSync(join(whole, 'entries.jsonl'), 'utf8')));
    expect(await verify(changed)).toMatchObject({ kind: 'broken', firstBad });
  });

  test('of another log, or signed by somebody else, is not what the policy is about', async () => {
    const other = testKey('other.example/record', 'log');
    expect(await verify(whole, trusted(`log ${other.vkey}\nquorum none\n`))).toMatchObject({
      kind: 'broken',
      code: 'checkpoint_untrusted',
    });
    await write(join(folder, 'thief'), logOf(items(300), THIEF));
    expect(await verify(join(folder, 'thief'))).toMatchObject({
      kind: 'broken',
      code: 'checkpoint_untrusted',
    });
  });

  test('that is none is an error with a code, and never a verdict', async () => {
    await expect(openExport(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'source_missing' });
  });

  test('whose head cannot be read is told as damaged', async () => {
    const bad = join(folder, 'bad-head');
    cpSync(whole, bad, { recursive: true });
    writeFileSync(join(bad, 'head.json'), '{"size": -1}');
    expect(await verify(bad)).toMatchObject({ kind: 'broken', code: 'damaged', entries: 0 });
  });

  test('T3: any bit of it flipped is detected, or every entry is as it was; inside an entry, that entry is named', async () => {
    const original = await verify(small);
    const counts = { detected: 0, harmless: 0 };
    for (const file of readdirSync(small).filter((name) => name !== 'policy')) {
      const bytes = readFileSync(join(small, file));
      const changed = join(folder, `flip-${file}`);
      cpSync(small, changed, { recursive: true });
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const [at, within] = [bit >> 3, bit & 7];
        writeFileSync(join(changed, file), flipped(bytes, at, within));
        const verdict = await verify(changed).catch((error: unknown) => {
          expect(error).toBeInstanceOf(SourceError);
          return null;
        });
        const index = file === 'entries.jsonl' ? entryAt(bytes, at) : null;
        if (verdict?.kind === 'verified') expect(verdict).toEqual(original);
        else if (index !== null) expect(verdict).toMatchObject({ kind: 'broken', firstBad: index });
        counts[verdict?.kind === 'verified' ? 'harmless' : 'detected'] += 1;
      }
    }
    // The end of the last line may be another character; nothing else is of no account.
    expect(counts.harmless).toBeLessThanOrEqual(16);
    expect(counts.detected).toBeGreaterThan(9_000);
  }, 600_000);

  /** Null on the end of a line: without it two entries are one, or one is two. */
  function entryAt(lines: Buffer, at: number): number | null {
    if (lines[at] === 0x0a) return null;
    return lines.subarray(0, at).toString('latin1').split('\n').length - 1;
  }
});

describe('a proof of one entry', () => {
  const proofOf = async (index: number) => {
    const proved = await proveEntry(await openExport(whole), { kind: 'index', index });
    if (proved.kind !== 'proved') throw new Error(proved.kind);
    return proved;
  };

  test('is checked with the key alone, is small, and names the entry', async () => {
    for (const index of [0, 1, 150, 255, 256, 300]) {
      const { proof, entry } = await proofOf(index);
      expect(Buffer.byteLength(proof)).toBeLessThan(1_500);
      expect(checkProof(proof, TRUST, nodeCodec, entry)).toMatchObject({ kind: 'proved', index });
    }
  });

  test('is found by the event id too', async () => {
    const { entry } = await proofOf(42);
    const { id } = JSON.parse(Buffer.from(entry).toString()) as { readonly id: string };
    const proved = await proveEntry(await openExport(whole), { kind: 'id', id });
    expect(proved).toMatchObject({ kind: 'proved', index: 42 });
  });

  test('of an entry that is not there, or not signed yet, is none', async () => {
    expect(await proveEntry(await openExport(whole), { kind: 'index', index: SIZE })).toEqual({
      kind: 'absent',
      entries: SIZE,
    });
    const unsigned = join(folder, 'unsigned');
    cpSync(whole, unsigned, { recursive: true });
    writeFileSync(join(unsigned, 'checkpoints'), log.notes[0] ?? '');
    expect(await proveEntry(await openExport(unsigned), { kind: 'index', index: 300 })).toEqual({
      kind: 'unsigned',
      index: 300,
      signed: 256,
    });
  });

  test('T3: with any bit flipped proves nothing, or the same', async () => {
    const { proof, entry } = await proofOf(150);
    for (let bit = 0; bit < Buffer.byteLength(proof) * 8; bit += 1) {
      const text = decoded(flipped(Buffer.from(proof), bit >> 3, bit & 7));
      const verdict = text === null ? null : checkProof(text, TRUST, nodeCodec, entry);
      if (verdict?.kind === 'proved') expect(verdict.index).toBe(150);
    }
    for (let bit = 0; bit < entry.length * 8; bit += 1) {
      const changed = flipped(Buffer.from(entry), bit >> 3, bit & 7);
      expect(checkProof(proof, TRUST, nodeCodec, changed).kind).toBe('refused');
    }
  });
});

describe('other views of it', () => {
  test('the checker in Python gives the same head and root, and finds the same fault', async () => {
    const python = (from: string, ...policy: readonly string[]) => {
      const ran = spawnSync(
        'python3',
        [resolve(import.meta.dirname, '../../docs/verify_record.py'), from, ...policy],
        {
          encoding: 'utf8',
        },
      );
      if (ran.error !== undefined) throw ran.error;
      return { status: ran.status, told: JSON.parse(ran.stdout) as { readonly [name: string]: unknown } };
    };
    const here = await verify(whole);
    const policy = join(whole, 'policy');
    if (here.kind !== 'verified') throw new Error(here.reason);
    expect(python(whole, policy)).toEqual({
      status: 0,
      told: { verified: true, entries: SIZE, head: here.head, root: here.root, signed: SIZE },
    });
    const changed = join(folder, 'python');
    cpSync(whole, changed, { recursive: true });
    const text = readFileSync(join(whole, 'entries.jsonl'), 'utf8');
    writeFileSync(join(changed, 'entries.jsonl'), text.replace('"n":17', '"n":18'));
    expect(python(changed, policy)).toMatchObject({ status: 1, told: { verified: false, first_bad: 17 } });
    expect(await verify(changed)).toMatchObject({ kind: 'broken', firstBad: 17 });
    cpSync(join(folder, 'thief'), join(folder, 'python-thief'), { recursive: true });
    expect(python(join(folder, 'python-thief'), policy)).toMatchObject({ status: 1 });
  });

  test('tiles hold every entry under the newest checkpoint', async () => {
    const tiles = join(folder, 'tiles');
    expect(await writeTiles(await openExport(whole), tiles)).toMatchObject({ entries: SIZE });
    const bundle = readFileSync(join(tiles, 'tile', 'entries', '000'));
    const first = log.entries[0] ?? Buffer.alloc(0);
    expect(bundle.readUInt16BE(0)).toBe(first.length);
    expect(bundle.subarray(2, 2 + first.length)).toEqual(first);
    expect(readFileSync(join(tiles, 'tile', '0', '001.p', '45')).length).toBe(45 * 32);
    expect(readFileSync(join(tiles, 'checkpoint'), 'utf8')).toBe(log.notes.at(-1));
  });

  test('OCSF events form a chain whose fingerprints cover all but themselves', async () => {
    const file = join(folder, 'ocsf.jsonl');
    expect(await writeOcsf(await openExport(whole), file)).toBe(SIZE);
    let before: string | undefined;
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const event = JSON.parse(line) as {
        readonly attestation_list: readonly [
          {
            readonly fingerprint?: { readonly value: string };
            readonly prev_event?: { readonly fingerprint: { readonly value: string } };
          },
        ];
      };
      const [{ fingerprint, ...rest }] = event.attestation_list;
      expect(rest.prev_event?.fingerprint.value).toBe(before);
      const bytes = nodeCodec.encode(canonical({ ...event, attestation_list: [rest] }));
      expect(fingerprint?.value).toBe(Buffer.from(nodeCodec.sha256(bytes)).toString('hex'));
      before = fingerprint?.value;
    }
  });

  test('an export is never written over another', async () => {
    const again = join(folder, 'again');
    mkdirSync(again);
    writeFileSync(join(again, 'entries.jsonl'), 'mine');
    await expect(write(again)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(join(again, 'entries.jsonl'), 'utf8')).toBe('mine');
    rmSync(again, { recursive: true });
  });
});

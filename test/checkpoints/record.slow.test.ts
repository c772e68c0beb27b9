import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startCheckpointing } from '../../activities/checkpoints/index.ts';
import { declareRestore, nextName } from '../../activities/checkpoints/restore.ts';
import { nodeCodec, openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { startWitness } from '../../activities/witness/server.ts';
import { makeWitness } from '../../activities/witness/state.ts';
import { readVerifierKey, vkeyText } from '../../workflows/audit/verifier-key.ts';
import { splitNotes } from '../../workflows/audit/note-list.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { allBytes, parsed, START, temporaryFolder } from '../audit/samples.ts';
import { hasOpenssl, startAuthority } from './authority.ts';
import { TIME } from './keys.ts';
import { logOver, until } from './logs.ts';
import { CREDENTIALS, startObjectLock } from './object-lock.ts';

const folder = temporaryFolder();
const open: { close(): unknown }[] = [];
afterAll(async () => {
  for (const one of open.toReversed()) await one.close();
});

function configIn(name: string, record = ''): Config {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const file = join(own, 'cordon.yaml');
  writeFileSync(file, `mode: development\nrecord:\n  checkpoint_ms: 50\n${record}`);
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

const SECRETS: { readonly [reference: string]: string } = {
  'secret://env/CORDON_SECRET_ID': CREDENTIALS.accessKeyId,
  'secret://env/CORDON_SECRET_KEY': CREDENTIALS.secretAccessKey,
};

async function running(config: Config, log = 'cordon/test') {
  const ledger = await openStores(config.state, { log });
  const lines: string[] = [];
  const readers: string[] = [];
  const started = await startCheckpointing({
    ledger,
    config: config.record,
    log: (line) => void lines.push(line),
    secret: async (reference, reader) => (readers.push(reader), SECRETS[reference] ?? ''),
  });
  const stop = async (): Promise<void> => {
    if (started.kind === 'checkpointing') await started.stop();
    await ledger.close();
  };
  return { ledger, lines, readers, started, stop };
}

async function session(config: Config, count: number, run = 'a'): Promise<readonly string[]> {
  const { ledger, started, stop, lines } = await running(config);
  if (started.kind === 'problems') {
    await stop();
    return started.problems;
  }
  await logOver(ledger, run).grow(count);
  await stop();
  return lines;
}

const cli = fileURLToPath(new URL('../../client/main.ts', import.meta.url));
function cordon(
  config: Config,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const file = join(config.state, '../../cordon.yaml');
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, '--config', file, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const eventsOf = async (ledger: Ledger): Promise<readonly string[]> =>
  (await allBytes(ledger)).map((bytes) => parsed(bytes).body.event);

describe('a record that is signed while a worker runs', () => {
  test('is signed by default, with a key that is made and printed once, and checkpoints in a file beside the state', async () => {
    const config = configIn('default');
    const lines = await session(config, 300);
    expect(lines).toEqual([
      expect.stringMatching(
        /^info a key was made for the record; it is signed as cordon\/test\+[0-9a-f]{8}\+A/,
      ),
    ]);
    expect(config.record.witnessFile).toBe(join(folder, 'default', '.cordon-witness', 'checkpoints'));
    expect(await session(config, 5, 'b')).toEqual([
      expect.stringMatching(/^info the record is signed as cordon\/test\+/),
    ]);
    const sizes = splitNotes(readFileSync(config.record.witnessFile ?? '', 'utf8')).map((note) =>
      Number(note.split('\n')[1]),
    );
    expect(sizes).toEqual(expect.arrayContaining([256, 301, 307]));
    const ledger = await openStores(config.state);
    expect((await eventsOf(ledger)).filter((event) => event === 'log_opened')).toHaveLength(2);
    expect(await ledger.checkpoints.newest()).toMatchObject({ size: 307 });
    await ledger.close();
  });

  test('verifies from outside, level by level', async () => {
    const config = configIn('verified');
    const [line = ''] = await session(config, 300);
    const vkey = line.split(' ').at(-1) ?? '';
    const policy = join(folder, 'verified', 'auditor.policy');
    writeFileSync(policy, `log ${vkey}\nquorum none\n`);
    const verified = await cordon(config, 'audit', 'verify', '--policy', policy, '--json');
    expect([verified.code, verified.err]).toEqual([0, '']);
    expect(JSON.parse(verified.out)).toMatchObject({ verified: true, entries: 301, signed: 301 });
  }, 30_000);

  test('is signed by one worker of several machines only', async () => {
    const config = configIn('elsewhere', '  keys: false\n');
    expect(await session(config, 3)).toEqual([
      'info this worker does not sign the record; see that another one does',
    ]);
    const ledger = await openStores(config.state);
    expect(await ledger.checkpoints.newest()).toBeNull();
    await ledger.close();
  });

  test('can be without a file outside', async () => {
    const config = configIn('fileless', '  witness_file: false\n');
    await session(config, 3);
    expect(existsSync(join(folder, 'fileless', '.cordon-witness'))).toBe(false);
  });

  test('is kept by a witness, a bucket and an authority when it is told to', async () => {
    const made = makeWitness(join(folder, 'w.db'), 'w.example/1');
    if (made.kind === 'problem') throw new Error(made.problem);
    const lock = await startObjectLock('eu-central-1');
    const authorityFolder = join(folder, 'authority');
    mkdirSync(authorityFolder);
    const authority = hasOpenssl() ? await startAuthority(authorityFolder) : null;
    open.push(made.state, lock, ...(authority === null ? [] : [authority]));
    const logs: Parameters<typeof startWitness>[0]['logs'][number][] = [];
    const witness = await startWitness(
      { state: made.state, logs, now: () => TIME },
      { host: '127.0.0.1', port: 0 },
      () => {},
    );
    open.push(witness);
    const stamps =
      authority === null
        ? ''
        : `  timestamp: { url: "${authority.url}", certificates: "${authority.file}", every_seconds: 1 }\n`;
    const config = configIn(
      'everywhere',
      `  witnesses: [{ url: "${witness.url}", vkey: "${vkeyText(made.state.key.key, nodeCodec)}" }]
  s3: { bucket: record, region: eu-central-1, endpoint: "${lock.url}", retain_days: 1, every_seconds: 1, access_key: secret://env/CORDON_SECRET_ID, secret_key: secret://env/CORDON_SECRET_KEY }
${stamps}`,
    );
    const { ledger, lines, readers, started, stop } = await running(config);
    if (started.kind === 'problems') throw new Error(started.problems.join());
    // The witness learns of the log when its key is known.
    const key = readVerifierKey(lines[0]?.split(' ').at(-1) ?? '', nodeCodec);
    if (key.kind === 'refused') throw new Error(key.reason);
    logs.push(key.key);
    await logOver(ledger).grow(20);
    await until(async () => (await ledger.checkpoints.newest())?.size === 21);
    await until(() => (made.state.seen('cordon/test')?.size ?? 0) === 21);
    if (authority !== null)
      await until(async () =>
        (await ledger.checkpoints.list(0, 100)).some(({ timestamp }) => timestamp !== null),
      );
    await stop();
    expect(lock.objects.size).toBeGreaterThan(0);
    expect(new Set(readers)).toEqual(new Set(['record']));
    expect(config.secrets.bindings['secret://env/CORDON_SECRET_KEY']).toEqual(['record']);
  }, 30_000);

  test.each([
    [
      'a key file that others can read',
      (own: string) => mkdirSync(join(own, '.cordon/keys/log.json'), { recursive: true }),
      '',
      /cannot be|is a directory|by others/i,
    ],
    [
      'no certificates',
      () => {},
      '  timestamp: { url: "http://127.0.0.1:1/", certificates: nowhere.pem }\n',
      /nowhere\.pem cannot be read \(ENOENT\)/,
    ],
  ])('does not start with %s', async (_what, prepare, record, says) => {
    const name = `refused-${_what.replaceAll(' ', '-')}`;
    const config = configIn(name, record);
    prepare(join(folder, name));
    expect(await session(config, 1)).toEqual([expect.stringMatching(says)]);
  });
});

describe('T6: a record that was restored from a copy', () => {
  async function restored(name: string): Promise<{ config: Config; published: number }> {
    const config = configIn(name);
    await session(config, 100);
    copyFileSync(config.state, `${config.state}.copy`);
    await session(config, 100, 'b');
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(config.state + end)) writeFileSync(config.state + end, '');
    copyFileSync(`${config.state}.copy`, config.state);
    return { config, published: 202 };
  }

  test('is not signed on until that is declared; then it goes on under another name, and the loss is on record', async () => {
    const { config, published } = await restored('restored');
    const refusal = await session(config, 1, 'c');
    expect(refusal).toEqual([
      expect.stringMatching(/has 101 entries and had 202 when it was last published/),
    ]);
    expect(refusal[0]).toContain('cordon audit restore');

    const told = await cordon(
      config,
      'audit',
      'restore',
      '--as',
      'ops@example.org',
      '--reason',
      'disk failure',
    );
    expect([told.code, told.err]).toEqual([0, '']);
    expect(told.out).toMatch(
      /goes on as cordon\/test\/r2; cordon\/test was published with 202 entries, of which the copy lacks 101/,
    );

    const lines = await session(config, 10, 'c');
    expect(lines).toEqual([expect.stringMatching(/^info the record is signed as cordon\/test\/r2\+/)]);
    const ledger = await openStores(config.state);
    const entries = (await allBytes(ledger)).map(parsed);
    await ledger.close();
    expect(entries[101]).toMatchObject({
      log: 'cordon/test/r2',
      body: { event: 'log_restored', details: { former: 'cordon/test', published } },
    });
    expect(entries).toHaveLength(101 + 1 + 1 + 10);
    const notes = splitNotes(readFileSync(config.record.witnessFile ?? '', 'utf8'));
    expect(new Set(notes.map((note) => note.split('\n')[0]))).toEqual(new Set(['cordon/test/r2']));
    expect(splitNotes(readFileSync(`${config.record.witnessFile}.202`, 'utf8')).at(-1)).toContain(
      'cordon/test\n202\n',
    );
    const [former = ''] = readdirSync(join(config.record.keys ?? '', '..')).filter((file) =>
      file.startsWith('log.json.'),
    );
    expect(readFileSync(join(config.record.keys ?? '', '..', former), 'utf8')).not.toMatch(/"private": "/);
    const verified = await cordon(config, 'audit', 'verify', '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ verified: true, entries: 113 });
  }, 60_000);

  test('declared twice, or interrupted in between, is declared once', async () => {
    const { config } = await restored('interrupted');
    const { keys, witnessFile } = config.record;
    const ledger = await openStores(config.state);
    const input = {
      ledger,
      keys: keys ?? '',
      witnessFile: witnessFile ?? '',
      by: 'x',
      reason: 'y',
      now: START,
    };
    const outside = readFileSync(input.witnessFile);
    expect(await declareRestore(input)).toMatchObject({ kind: 'restored', kept: 101 });
    // As if it had ended before the file outside was put aside.
    writeFileSync(input.witnessFile, outside);
    expect(await declareRestore(input)).toMatchObject({ kind: 'restored', log: 'cordon/test/r2', kept: 101 });
    expect((await eventsOf(ledger)).filter((event) => event === 'log_restored')).toHaveLength(1);
    await ledger.close();
    expect(await session(config, 1, 'c')).toHaveLength(1);
  });

  test('is not declared when nothing is missing', async () => {
    const config = configIn('whole');
    await session(config, 10);
    const told = await cordon(config, 'audit', 'restore', '--as', 'x', '--reason', 'y');
    expect([told.code, told.err]).toEqual([1, expect.stringMatching(/there is nothing to declare/)]);
  }, 30_000);

  test('gets the next name each time', () => {
    expect(['cordon/a', 'cordon/a/r2', 'cordon/a/r10'].map(nextName)).toEqual([
      'cordon/a/r2',
      'cordon/a/r3',
      'cordon/a/r11',
    ]);
  });
});

describe('a new key', () => {
  test('is asked for on the command line, and the worker changes to it', async () => {
    const config = configIn('rotated');
    const { ledger, started, stop } = await running(config);
    expect(started.kind).toBe('checkpointing');
    expect((await cordon(config, 'audit', 'keys', '--rotate')).code).toBe(0);
    await until(async () => (await eventsOf(ledger)).includes('key_rotated'), 10_000);
    await stop();
    const lines = await session(config, 600, 'b');
    expect(lines).toHaveLength(1);
    const first = JSON.parse(readFileSync(config.record.keys ?? '', 'utf8')).keys[0];
    expect(first.private).toBeNull();
    const policy = join(folder, 'rotated', 'auditor.policy');
    writeFileSync(policy, `log ${first.vkey}\nlog ${lines[0]?.split(' ').at(-1)}\nquorum none\n`);
    const verified = await cordon(config, 'audit', 'verify', '--policy', policy, '--json');
    expect([verified.code, verified.err]).toEqual([0, '']);
  }, 60_000);
});

import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { askForRotation } from '../../activities/checkpoints/ask-rotation.ts';
import { openKeyring } from '../../activities/checkpoints/keyring.ts';
import { createProver } from '../../activities/checkpoints/prover.ts';
import type { Sink } from '../../activities/checkpoints/sinks/sink.ts';
import { nodeCodec, openStores } from '../../activities/stores/index.ts';
import type { StoredCheckpoint } from '../../activities/stores/checkpoints.ts';
import { bytesOfHex, type Checkpoint } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { splitNotes } from '../../workflows/audit/note-list.ts';
import { provesConsistency } from '../../workflows/audit/proving.ts';
import {
  afterRotation,
  outsideWindows,
  readRotation,
  type KeyWindow,
} from '../../workflows/audit/rotation.ts';
import { openCheckpoint, trustInLog } from '../../workflows/audit/trust.ts';
import { allBytes, parsed, temporaryFolder } from '../audit/samples.ts';
import { bruteLeaf, bruteRoot } from './keys.ts';
import { keyringIn, LOG, logOver, memoryLog, newestSize, QUICK, signing, until, type Grown } from './logs.ts';

const folder = temporaryFolder();
let folders = 0;
function ownFolder(): string {
  const own = join(folder, String((folders += 1)));
  mkdirSync(own, { recursive: true });
  return own;
}

const all = ({ ledger }: Grown): Promise<readonly StoredCheckpoint[]> => ledger.checkpoints.list(0, 10_000);

function said(note: string, windows: readonly KeyWindow[]): Checkpoint {
  const opened = openCheckpoint(note, trustInLog(windows.map(({ key }) => key)), nodeCodec);
  if (opened.kind === 'refused') throw new Error(opened.reason);
  expect(outsideWindows(opened.checkpoint, opened.signedBy, windows)).toBeNull();
  return opened.checkpoint;
}

describe('a log that is signed', () => {
  test('has a checkpoint at every multiple of 256 entries exactly, and one over all of them at its end', async () => {
    const log = memoryLog();
    const keyring = await keyringIn(ownFolder());
    const { checkpointer } = await signing(log, keyring);
    await log.grow(100, 7);
    await until(async () => (await newestSize(log)) === 100);
    await log.grow(900, 300);
    await log.grow(3);
    await checkpointer.stop();
    const sizes = (await all(log)).map(({ size }) => size);
    expect(sizes).toEqual(expect.arrayContaining([100, 256, 512, 768, 1003]));
    expect(sizes.at(-1)).toBe(1003);
    const leaves = (await allBytes(log.ledger)).map(bruteLeaf);
    for (const { size, note } of await all(log))
      expect(said(note, keyring.windows())).toEqual({
        origin: LOG,
        size,
        root: hex(bruteRoot(leaves.slice(0, size))),
      });
  });

  test('has a checkpoint within its time after news, and none without news', async () => {
    const log = memoryLog();
    const { checkpointer } = await signing(log, await keyringIn(ownFolder()), {
      cadence: { ...QUICK, everyMs: 1000 },
    });
    await log.grow(1);
    // Measured by a timer of this process and not by the clock: on a busy machine both come late alike.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await newestSize(log)).toBe(1);
    await checkpointer.stop();
    expect(await all(log)).toHaveLength(1);
  });

  test('T11: says that it is alive when nothing happens, and that is signed as well', async () => {
    const log = memoryLog();
    const { checkpointer } = await signing(log, await keyringIn(ownFolder()), {
      cadence: { ...QUICK, heartbeatMs: 120 },
    });
    await until(async () => (await newestSize(log)) >= 3);
    await checkpointer.stop();
    const events = (await allBytes(log.ledger)).map((bytes) => parsed(bytes).body.event);
    expect(new Set(events)).toEqual(new Set(['log_heartbeat']));
    expect(await newestSize(log)).toBe(events.length);
  });

  test('goes on from its newest checkpoint after a restart, and its checkpoints continue each other', async () => {
    const own = ownFolder();
    const log = memoryLog();
    for (const count of [5, 251, 1, 300]) {
      const { checkpointer } = await signing(log, await keyringIn(own), { file: join(own, 'outside') });
      await log.grow(count);
      await checkpointer.stop();
    }
    const { windows } = await keyringIn(own);
    const notes = (await all(log)).map(({ note }) => said(note, windows()));
    expect(notes.map(({ size }) => size)).toEqual(expect.arrayContaining([5, 256, 257, 512, 557]));
    const prove = createProver(log.ledger, log.ledger.checkpoints);
    for (const [at, before] of notes.slice(0, -1).entries()) {
      const after = notes[at + 1] ?? before;
      const roots = { oldRoot: bytesOfHex(before.root), root: bytesOfHex(after.root) };
      const proof = await prove(before.size, after.size);
      expect(
        provesConsistency({ old: before.size, size: after.size, proof, ...roots }, nodeCodec.sha256),
      ).toBe(true);
    }
    // Sizes that were never signed take the long way, to the same proofs.
    const root = bytesOfHex(notes.at(-1)?.root ?? '');
    const leaves = (await allBytes(log.ledger)).map(bruteLeaf);
    for (const old of [1, 100, 255, 400])
      expect(
        provesConsistency(
          { old, size: 557, proof: await prove(old, 557), oldRoot: bruteRoot(leaves.slice(0, old)), root },
          nodeCodec.sha256,
        ),
      ).toBe(true);
  });

  test('is signed once by two workers that share it', async () => {
    const own = ownFolder();
    const log = memoryLog();
    const keyring = await keyringIn(own);
    const [one, two] = [await signing(log, keyring), await signing(log, keyring)];
    await log.grow(700, 50);
    await Promise.all([one.checkpointer.stop(), two.checkpointer.stop()]);
    const sizes = (await all(log)).map(({ size }) => size);
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
    expect(sizes).toEqual(expect.arrayContaining([256, 512, 700]));
    expect([...one.lines, ...two.lines]).toEqual([]);
  });

  test('T31: killed between the entry and its checkpoint, it is signed after the restart with nothing missing', async () => {
    const own = ownFolder();
    const log = memoryLog();
    await signing(log, await keyringIn(own)).then(({ checkpointer }) => checkpointer.stop());
    await log.grow(600);
    expect(await newestSize(log)).toBe(0);
    const { checkpointer } = await signing(log, await keyringIn(own));
    await checkpointer.stop();
    expect((await all(log)).map(({ size }) => size)).toEqual([256, 512, 600]);
  });
});

describe('a sink', () => {
  const sink = (publish: Sink['publish']): Sink => ({ name: 'a sink of the test', gapMs: 0, publish });

  test('T31: gets a checkpoint only after the store has it, and after the file outside has it', async () => {
    const own = ownFolder();
    const log = memoryLog();
    const file = join(own, 'outside');
    const seen: [size: number, inStore: boolean, inFile: boolean][] = [];
    const spy = sink(async ({ size, note }) => {
      const stored = await log.ledger.checkpoints.atOrBefore(size);
      seen.push([size, stored?.size === size, readFileSync(file, 'utf8').includes(note)]);
      return { kind: 'kept', attachment: null };
    });
    const { checkpointer } = await signing(log, await keyringIn(own), { file, sinks: [spy] });
    await log.grow(10);
    await until(() => seen.length > 0);
    await log.grow(300);
    await checkpointer.stop();
    expect(seen.every(([, inStore, inFile]) => inStore && inFile)).toBe(true);
    expect(seen.at(-1)?.[0]).toBe(310);
  });

  test('that fails is told once, tried again, and told to be well again; appends and other sinks go on', async () => {
    const log = memoryLog();
    let failures = 2;
    const sizes: number[] = [];
    const failing = sink(async ({ size }) => {
      if ((failures -= 1) >= 0) throw new Error('no route');
      sizes.push(size);
      return { kind: 'kept', attachment: null };
    });
    const other: number[] = [];
    const well = sink(async ({ size }) => (other.push(size), { kind: 'kept', attachment: null }));
    const { checkpointer, lines } = await signing(log, await keyringIn(ownFolder()), {
      sinks: [failing, well],
    });
    await log.grow(5);
    await until(() => sizes.length > 0);
    await checkpointer.stop();
    expect(other[0]).toBe(5);
    expect(sizes).toEqual([5]);
    expect(lines).toEqual([
      'warn checkpoints do not reach a sink of the test: Error: no route',
      'info checkpoints reach a sink of the test again',
    ]);
  });

  test('that never answers holds up neither appends nor the end for long', async () => {
    const log = memoryLog();
    const deaf = sink(
      (_newest, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'later', reason: 'gave up' }));
        }),
    );
    const { checkpointer } = await signing(log, await keyringIn(ownFolder()), { sinks: [deaf] });
    await log.grow(5);
    await until(async () => (await newestSize(log)) === 5);
    const began = Date.now();
    await checkpointer.stop();
    expect(Date.now() - began).toBeLessThan(8_000);
  }, 15_000);
});

describe('the file outside', () => {
  test('holds every checkpoint as a note after the other, readable by its owner only', async () => {
    const own = ownFolder();
    const log = memoryLog();
    const file = join(own, 'deep', 'outside');
    const { checkpointer } = await signing(log, await keyringIn(own), { file });
    await log.grow(600);
    await checkpointer.stop();
    expect(splitNotes(readFileSync(file, 'utf8'))).toEqual((await all(log)).map(({ note }) => note));
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test.each([1, 20, 70, 130])('cut off by %d bytes, it is made whole and goes on', async (cut) => {
    const own = ownFolder();
    const log = memoryLog();
    const file = join(own, 'outside');
    await log.grow(300);
    await (await signing(log, await keyringIn(own), { file })).checkpointer.stop();
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, -cut));
    const { checkpointer, lines } = await signing(log, await keyringIn(own), { file });
    await log.grow(1);
    await checkpointer.stop();
    expect(lines).toEqual([]);
    expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true);
    expect(splitNotes(readFileSync(file, 'utf8'))).toEqual((await all(log)).map(({ note }) => note));
  });

  test('that another log writes to while we run is refused loudly, and the log is signed on', async () => {
    const own = ownFolder();
    const [log, other] = [memoryLog(), memoryLog()];
    const file = join(own, 'outside');
    const { checkpointer, lines } = await signing(log, await keyringIn(own), { file });
    await log.grow(1);
    await until(() => existsSync(file));
    await other.grow(5);
    const elsewhere = ownFolder();
    await (
      await signing(other, await keyringIn(elsewhere), { file: join(elsewhere, 'o') })
    ).checkpointer.stop();
    appendFileSync(file, readFileSync(join(elsewhere, 'o')));
    await log.grow(10);
    await until(() => lines.length > 0);
    await checkpointer.stop();
    expect(lines[0]).toContain('error checkpoints do not reach the file');
    expect(lines[0]).toContain('that this log never had');
    expect(await newestSize(log)).toBe(11);
  });
});

describe('on start', () => {
  async function published(own: string, count: number): Promise<Grown> {
    const log = memoryLog();
    await log.grow(count);
    await (await signing(log, await keyringIn(own), { file: join(own, 'outside') })).checkpointer.stop();
    return log;
  }
  const start = async (log: Grown, own: string): Promise<string> => {
    try {
      await (await signing(log, await keyringIn(own), { file: join(own, 'outside') })).checkpointer.stop();
      return 'started';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("T6: yesterday's copy is not signed on: the log is shorter than what was published", async () => {
    const own = ownFolder();
    await published(own, 300);
    const copy = memoryLog();
    await copy.grow(200);
    const says = await start(copy, own);
    expect(says).toMatch(/has 200 entries and had 300 when it was last published/);
    expect(says).toContain('cordon audit restore');
    expect(await newestSize(copy)).toBe(0);
  });

  test('T6: a copy that grew beyond what was published is not signed on either', async () => {
    const own = ownFolder();
    await published(own, 300);
    const copy = logOver(memoryLog().ledger, 'b');
    await copy.grow(400);
    expect(await start(copy, own)).toMatch(/not the one whose first 300 entries were published/);
  });

  test('T6: a log that was published and is the same goes on (control)', async () => {
    const own = ownFolder();
    expect(await start(await published(own, 300), own)).toBe('started');
  });

  test('a store whose end was cut under its own checkpoints is refused', async () => {
    const own = ownFolder();
    const log = await published(own, 300);
    const shorter = memoryLog();
    await shorter.grow(299);
    const ledger = { ...shorter.ledger, checkpoints: log.ledger.checkpoints };
    expect(await start({ ...shorter, ledger }, own)).toMatch(
      /299 entries and a checkpoint over 300: its end was cut off/,
    );
  });

  test('a store whose newest entries are not those that were signed is refused', async () => {
    const own = ownFolder();
    const log = await published(own, 300);
    const other = logOver(memoryLog().ledger, 'b');
    await other.grow(310);
    const ledger = { ...other.ledger, checkpoints: log.ledger.checkpoints };
    expect(await start({ ...other, ledger }, own)).toMatch(
      /are not those that its checkpoint over 300 was signed for/,
    );
  });

  test('T11: checkpoints of another key are refused, in the store and outside', async () => {
    const own = ownFolder();
    const log = await published(own, 10);
    const stranger = ownFolder();
    await keyringIn(stranger);
    writeFileSync(join(stranger, 'outside'), readFileSync(join(own, 'outside')));
    expect(await start(log, stranger)).toMatch(
      /newest checkpoint in the store is not signed by this log's keys/,
    );
    const fresh = memoryLog();
    await fresh.grow(10);
    expect(await start(fresh, stranger)).toMatch(/in .*outside is not signed by this log's keys/);
  });

  test('a fresh store beside the checkpoints of an old one is refused', async () => {
    const own = ownFolder();
    await published(own, 10);
    const { createMemoryLedger } = await import('../../activities/stores/index.ts');
    const fresh = logOver(createMemoryLedger({ log: 'example.org/fresh' }));
    const keys = ownFolder();
    const keyring = await keyringIn(keys, 'example.org/fresh');
    await expect(signing(fresh, keyring, { file: join(own, 'outside') })).rejects.toThrow(
      /checkpoints of the log example.org\/log/,
    );
  });

  test('a file outside that holds something else is refused, and told from one that cannot be read', async () => {
    const own = ownFolder();
    const log = await published(own, 10);
    appendFileSync(join(own, 'outside'), 'and this is no checkpoint\nat all\n— x AAAAAAAA\n');
    expect(await start(log, own)).toMatch(/does not end with a checkpoint/);
  });

  test('a log in SQLite is found again as it was left', async () => {
    const own = ownFolder();
    for (const count of [260, 10]) {
      const ledger = await openStores(join(own, 'log.db'), { log: LOG });
      const log = logOver(ledger, `run ${count}`);
      const { checkpointer } = await signing(log, await keyringIn(own), { file: join(own, 'outside') });
      await log.grow(count);
      await checkpointer.stop();
      await ledger.close();
    }
    expect(splitNotes(readFileSync(join(own, 'outside'), 'utf8')).map((note) => note.split('\n')[1])).toEqual(
      expect.arrayContaining(['256', '260', '270']),
    );
  });
});

describe('the keys', () => {
  test('are readable by their owner only, and refused when others can read them', async () => {
    const own = ownFolder();
    await keyringIn(own);
    const path = join(own, 'keys', 'log.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o640);
    expect(await openKeyring(path, LOG, false)).toMatchObject({
      kind: 'problem',
      problem: expect.stringMatching(/by others than its owner/),
    });
  });

  test.each([
    [
      'of another log',
      (text: string) => text,
      'example.org/other',
      /holds the keys of the log example\.org\/log/,
    ],
    ['that is no JSON', () => '{', LOG, /is not JSON/],
    [
      'with a field nobody knows',
      (text: string) => text.replace('{', '{"x":1,'),
      LOG,
      /is not a file of keys/,
    ],
    [
      'with a private half of another key',
      (text: string) => text.replace(/"private": ".{10}/, '"private": "AAAAAAAAAA'),
      LOG,
      /does not fit its public half/,
    ],
  ])('in a file %s are refused', async (_what, change, log, problem) => {
    const own = ownFolder();
    await keyringIn(own);
    const path = join(own, 'keys', 'log.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    expect(await openKeyring(path, log, false)).toMatchObject({
      kind: 'problem',
      problem: expect.stringMatching(problem),
    });
  });

  test('that are gone are not made anew for a log that was signed', async () => {
    expect(await openKeyring(join(ownFolder(), 'keys.json'), LOG, true)).toMatchObject({
      kind: 'problem',
      problem: expect.stringMatching(/is gone, and the log was signed with its keys/),
    });
  });

  test('change when asked: both sign the statement and the overlap, and the old private half is destroyed after it', async () => {
    const own = ownFolder();
    const path = join(own, 'keys', 'log.json');
    const log = memoryLog();
    const keyring = await keyringIn(own);
    const { checkpointer, lines } = await signing(log, keyring, { file: join(own, 'outside') });
    await log.grow(10);
    await until(async () => (await newestSize(log)) === 10);
    const before = JSON.parse(readFileSync(path, 'utf8')).keys[0].private as string;
    expect(await askForRotation(path, 20)).toBeNull();
    // Which of the two it is depends on how far the first has come.
    expect(await askForRotation(path, 20)).toMatch(/asked for already|being changed just now/);
    await until(() => keyring.windows().length === 2);
    await log.grow(5);
    await until(async () => (await newestSize(log)) === 16);
    await log.grow(20);
    await checkpointer.stop();
    expect(lines).toEqual([]);

    const acts = (await allBytes(log.ledger)).map(parsed).filter(({ body }) => body.event === 'key_rotated');
    expect(acts).toHaveLength(1);
    const [act] = acts;
    const reading = readRotation(String(act?.body.details['statement']), nodeCodec);
    if (reading.kind === 'refused' || act === undefined) throw new Error('no statement');
    const [first] = keyring.windows();
    const windows = afterRotation(
      [{ key: reading.rotation.old, from: 0, to: null }],
      reading.rotation,
      act.i,
      () => act.prev,
    );
    expect(windows).toEqual({ kind: 'windows', windows: keyring.windows() });
    expect(first).toMatchObject({ from: 0, to: 30 });

    const signers = new Map((await all(log)).map(({ size, note }) => [size, note.match(/^— /gm)?.length]));
    expect([signers.get(10), signers.get(16), signers.get(36)]).toEqual([1, 2, 1]);
    for (const { note } of await all(log)) said(note, keyring.windows());
    const after = readFileSync(path, 'utf8');
    expect(after).not.toContain(before);
    expect(JSON.parse(after).keys[0].private).toBeNull();
    expect(
      await (async () =>
        (await signing(log, await keyringIn(own), { file: join(own, 'outside') })).checkpointer.stop())(),
    ).toBeUndefined();
  });

  test('change once when two workers share them', async () => {
    const own = ownFolder();
    const log = memoryLog();
    const [one, two] = [await signing(log, await keyringIn(own)), await signing(log, await keyringIn(own))];
    await askForRotation(join(own, 'keys', 'log.json'), 50);
    await until(async () => (await keyringIn(own)).windows().length === 2);
    await log.grow(400, 20);
    await Promise.all([one.checkpointer.stop(), two.checkpointer.stop()]);
    const events = (await allBytes(log.ledger)).map((bytes) => parsed(bytes).body.event);
    expect(events.filter((event) => event === 'key_rotated')).toHaveLength(1);
    const { windows } = await keyringIn(own);
    for (const { note } of await all(log)) said(note, windows());
    expect([...one.lines, ...two.lines]).toEqual([]);
  });

  test('T29: a change of keys that was interrupted after its entry is not made twice', async () => {
    const own = ownFolder();
    const path = join(own, 'keys', 'log.json');
    const log = memoryLog();
    const keyring = await keyringIn(own);
    await log.grow(3);
    await askForRotation(path, 20);
    const statement = await keyring.statement(await log.ledger.head());
    await log.appendLogAct('key_rotated', { statement });
    const { checkpointer } = await signing(log, await keyringIn(own));
    await until(async () => (await keyringIn(own)).windows().length === 2);
    await checkpointer.stop();
    const events = (await allBytes(log.ledger)).map((bytes) => parsed(bytes).body.event);
    expect(events.filter((event) => event === 'key_rotated')).toHaveLength(1);
    expect((await keyringIn(own)).windows()).toMatchObject([
      { from: 0, to: 23 },
      { from: 4, to: null },
    ]);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { realDisk, type Disk, type OpenFile } from '../../activities/checkpoints/disk.ts';
import { examine } from '../../activities/checkpoints/examine.ts';
import { askForRotation } from '../../activities/checkpoints/ask-rotation.ts';
import { openKeyring } from '../../activities/checkpoints/keyring.ts';
import { readKeyring } from '../../activities/checkpoints/keyring-file.ts';
import { createFileSink } from '../../activities/checkpoints/sinks/file.ts';
import { splitNotes } from '../../workflows/audit/note-list.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { keyringIn, LOG, memoryLog, signing, type Grown } from './logs.ts';

const folder = temporaryFolder();
let folders = 0;
function ownFolder(): string {
  const own = join(folder, String((folders += 1)));
  mkdirSync(own);
  return own;
}

/**
 * How a call of the file system breaks. `lost`: nothing was done. `half`: a write did a part and then failed. `kept`:
 * it was done, and says that it failed. `killed`: the process is gone with it, and makes no call after.
 */
type Break = 'lost' | 'half' | 'kept' | 'killed';
const BREAKS: readonly Break[] = ['lost', 'half', 'kept', 'killed'];

class Killed extends Error {}

/** A disk that counts its calls, and breaks one of them. */
function fragile(at: number, how: Break, code = 'EIO'): { readonly disk: Disk; readonly calls: string[] } {
  const calls: string[] = [];
  let dead = false;
  const call = async <T>(
    name: string,
    work: () => Promise<T>,
    half: () => Promise<unknown> = async () => {},
    settle: (done: T) => Promise<void> = async () => {},
  ): Promise<T> => {
    if (dead) throw new Killed();
    const breaks = calls.push(name) - 1 === at;
    if (!breaks) return work();
    if (how === 'half' || how === 'killed') await half();
    if (how === 'kept') await settle(await work());
    if (how === 'killed') {
      dead = true;
      throw new Killed();
    }
    throw Object.assign(new Error(code), { code });
  };
  const wrapped = (file: OpenFile): OpenFile => ({
    write: (bytes) =>
      call(
        'write',
        () => file.write(bytes),
        () => file.write(bytes.subarray(0, Math.floor(bytes.length / 2))),
      ),
    sync: () => call('sync', () => file.sync()),
    // Closing never fails a test: a descriptor must not leak.
    close: () => file.close(),
  });
  return {
    calls,
    disk: {
      open: async (path, flags, mode) =>
        wrapped(
          await call(
            'open',
            () => realDisk.open(path, flags, mode),
            undefined,
            // Nobody will: it was said that there is no such file.
            (file) => file.close(),
          ),
        ),
      rename: (from, to) => call('rename', () => realDisk.rename(from, to)),
    },
  };
}

/** Every call of `work` broken in every way, one at a time. Ends when there is no such call any more. */
async function everyBreak(
  work: (disk: Disk, own: string) => Promise<unknown>,
  check: (own: string, what: string) => Promise<void>,
): Promise<number> {
  let broken = 0;
  for (const how of BREAKS)
    for (const code of how === 'killed' ? ['EIO'] : ['EIO', 'ENOSPC'])
      for (let at = 0; ; at += 1) {
        const own = ownFolder();
        const { disk, calls } = fragile(at, how, code);
        await work(disk, own).catch(() => {});
        if (calls.length <= at) break;
        broken += 1;
        await check(own, `${calls[at]} ${at} ${how} ${code}`);
      }
  return broken;
}

describe('T29: the file outside, with every call of the file system broken in every way', () => {
  test('never holds what was not signed, loses nothing that it acknowledged, and is whole after the next checkpoint', async () => {
    const log = memoryLog();
    const keys = ownFolder();
    const keyring = await keyringIn(keys);
    for (const count of [5, 7]) {
      const { checkpointer } = await signing(log, keyring);
      await log.grow(count);
      await checkpointer.stop();
    }
    const signed = await log.ledger.checkpoints.list(0, 10);
    const [first, last] = signed;
    if (first === undefined || last === undefined) throw new Error('not signed');
    const sink = (own: string, disk: Disk, upTo: number) =>
      createFileSink({
        path: join(own, 'outside'),
        log: LOG,
        from: async (size) => signed.filter((each) => each.size >= size && each.size <= upTo),
        disk,
      });
    const acknowledged = new Map<string, string>();
    const broken = await everyBreak(
      async (disk, own) => {
        for (const checkpoint of [first, last]) {
          const published = await sink(own, disk, checkpoint.size).publish(
            checkpoint,
            AbortSignal.timeout(5_000),
          );
          if (published.kind === 'kept') acknowledged.set(own, checkpoint.note);
        }
      },
      async (own, what) => {
        const path = join(own, 'outside');
        const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
        const whole = signed.map(({ note }) => note).join('');
        expect([what, whole.startsWith(text)]).toEqual([what, true]);
        expect([what, text.includes(acknowledged.get(own) ?? '')]).toEqual([what, true]);
        // The log starts on what is there, and the next checkpoint makes the file whole.
        const examined = await examine({
          ledger: log.ledger,
          store: log.ledger.checkpoints,
          keyring,
          file: path,
        });
        expect([what, examined.kind]).toEqual([what, 'consistent']);
        expect(await sink(own, realDisk, last.size).publish(last, AbortSignal.timeout(5_000))).toMatchObject({
          kind: 'kept',
        });
        expect(splitNotes(readFileSync(path, 'utf8'))).toEqual(signed.map(({ note }) => note));
      },
    );
    expect(broken).toBeGreaterThan(30);
  }, 30_000);
});

describe('T29: the file of keys, with every call of the file system broken in every way', () => {
  test('is there whole or not at all when it is made', async () => {
    const broken = await everyBreak(
      (disk, own) => openKeyring(join(own, 'log.json'), LOG, false, disk),
      async (own, what) => {
        const path = join(own, 'log.json');
        const reading = await readKeyring(path);
        expect([what, reading.kind]).toEqual([what, existsSync(path) ? 'file' : 'absent']);
        expect(await openKeyring(path, LOG, false)).toMatchObject({ kind: 'keyring' });
      },
    );
    expect(broken).toBeGreaterThan(15);
  });

  test('holds the old keys or the new ones while they change, and the change comes to its end', async () => {
    const log: Grown = memoryLog();
    await log.grow(3);
    const broken = await everyBreak(
      async (disk, own) => {
        const path = join(own, 'keys', 'log.json');
        await keyringIn(own);
        const opened = await openKeyring(path, LOG, false, disk);
        if (opened.kind === 'problem') throw new Error(opened.problem);
        await askForRotation(path, 10, disk);
        const statement = await opened.keyring.statement(await log.ledger.head());
        if (statement !== null) await opened.keyring.rotated(3);
        await opened.keyring.retire(14);
      },
      async (own, what) => {
        const path = join(own, 'keys', 'log.json');
        const reading = await readKeyring(path);
        if (reading.kind !== 'file') throw new Error(`${what}: ${reading.kind}`);
        const { keys, next } = reading.file;
        expect([what, keys.length + (next === null ? 0 : 1) <= 2]).toEqual([what, true]);
        expect([what, keys.some((key) => key.to === null && key.private !== null)]).toEqual([what, true]);
        await askForRotation(path, 10);
        const keyring = await keyringIn(own);
        if ((await keyring.statement(await log.ledger.head())) !== null) await keyring.rotated(3);
        expect([what, keyring.windows().length]).toEqual([what, keys.length === 2 ? 3 : 2]);
      },
    );
    expect(broken).toBeGreaterThan(40);
  }, 30_000);

  test('leaves no half-written draft that anybody would take for it', async () => {
    const own = ownFolder();
    const { disk } = fragile(1, 'half');
    await expect(openKeyring(join(own, 'log.json'), LOG, false, disk)).rejects.toThrow();
    expect(readdirSync(own)).toEqual([]);
    writeFileSync(join(own, '.log.json.1.draft'), 'half');
    expect(await readKeyring(join(own, 'log.json'))).toEqual({ kind: 'absent' });
  });
});

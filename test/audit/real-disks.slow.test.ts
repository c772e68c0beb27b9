/**
 * T29, T19 on disks that are really full, really read-only, and on a file that another process really holds. The disks are
 * made in a mount namespace of the test's own: that takes root, or user namespaces that the system allows.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { openStores } from '../../activities/stores/index.ts';
import { event, temporaryFolder } from './samples.ts';
import { verifyFile } from './verified.ts';

const SCRIPT = fileURLToPath(new URL('on-a-disk.ts', import.meta.url));
const folder = temporaryFolder();
let folders = 0;

/** How a namespace is made here; null where neither way is open. */
function namespace(): readonly string[] | null {
  const ways = [['-m'], ['-U', '-r', '-m']];
  const mounts = ['sh', '-c', 'mount -t tmpfs tmpfs /mnt'];
  return ways.find((way) => spawnSync('unshare', [...way, ...mounts]).status === 0) ?? null;
}
const WAY = namespace();
if (WAY === null)
  process.stderr.write(
    'T29 on real disks is skipped: mounting one takes root, or user namespaces that the system allows (unshare -U -r -m)\n',
  );
const where = WAY === null ? describe.skip : describe;

function on(scenario: string): { readonly [what: string]: unknown } {
  const own = join(folder, String((folders += 1)));
  mkdirSync(own);
  const ran = spawnSync('unshare', [...(WAY ?? []), process.execPath, SCRIPT, scenario, own], {
    encoding: 'utf8',
  });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return JSON.parse(ran.stdout) as { readonly [what: string]: unknown };
}

where('T29: on a real disk', () => {
  test('that is full: nothing is acknowledged or begun until there is room; then nothing is missing', () => {
    const told = on('full');
    const acknowledged = Number(told['acknowledged']);
    expect(acknowledged).toBeGreaterThan(10);
    const says = /^store_unavailable: .*the disk is full; make room, nothing runs until then$/;
    expect(told).toMatchObject({
      refused: expect.stringMatching(says),
      begun: expect.stringMatching(says),
      size: acknowledged,
      held: null,
      after: 'begun',
      verdict: { verified: true, entries: acknowledged + 1 },
    });
  }, 60_000);

  test('that is full where checkpoints go: the record goes on, says so once, and is published when there is room', () => {
    const told = on('fullOutside');
    const lines = told['lines'] as readonly string[];
    expect(
      lines.filter((line) => /^warn checkpoints do not reach the file .*ENOSPC/.test(line)),
    ).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^info checkpoints reach the file .* again$/);
    expect(told).toMatchObject({ early: false, late: true, verdict: { verified: true, entries: 601 } });
  }, 60_000);

  test('that is read-only: no worker starts on it, and whoever is handed it can verify all the same', () => {
    const told = on('readOnly');
    const says = /^store_unavailable: .*check that the file and its folder are writable$/;
    expect(told).toMatchObject({
      start: expect.stringMatching(says),
      fresh: expect.stringMatching(says),
      verdict: { verified: true, entries: 5 },
      // Also what a writer had not yet folded into the file.
      unfinished: { verified: true, entries: 5 },
      keys: [expect.stringMatching(/cannot be made .*name another file as record\.keys/)],
    });
  }, 60_000);
});

/** Takes the write lock, says so, and keeps it until its input ends. */
const HOLDER = `
import Database from 'better-sqlite3';
const db = new Database(process.argv[1]);
db.exec('BEGIN IMMEDIATE');
process.stdout.write('held');
process.stdin.resume().on('end', () => db.close());
`;

test('T29: a file that another process holds: refused with who could be at fault, and taken when it lets go', async () => {
  const path = join(folder, 'held.db');
  const ledger = await openStores(path);
  await ledger.append([event('a', 0)]);
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  await expect(ledger.append([event('a', 1)])).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('another process holds the file'),
  });
  const gone = new Promise((resolve) => holder.once('close', resolve));
  holder.stdin.end();
  await gone;
  expect(await ledger.append([event('a', 1)])).toMatchObject([{ kind: 'recorded', index: 1 }]);
  await ledger.close();
  expect(await verifyFile(path)).toMatchObject({ verified: true, entries: 2 });
}, 60_000);

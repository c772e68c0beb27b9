import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { verifyFile } from './verified.ts';
import { openStores } from '../../activities/stores/index.ts';
import { startWriter } from './processes.ts';
import { allBytes, parsed, temporaryFolder } from './samples.ts';

const folder = temporaryFolder();

test('T21: four processes of 25 writers each make and fill one file together, and leave one unbroken record', async () => {
  const path = join(folder, 'shared.db');
  const writers = ['a', 'b', 'c', 'd'].map((name) => startWriter(path, name, 0, 24, 25));
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
  expect(await verifyFile(path)).toMatchObject({ verified: true, entries: 2400, reason: null });
  const ledger = await openStores(path);
  const bodies = (await allBytes(ledger)).map((bytes) => parsed(bytes).body);
  await ledger.close();
  expect(new Set(bodies.map(({ run, coordinate }) => `${run} ${coordinate}`)).size).toBe(2400);
  for (const { run_seq, coordinate } of bodies) expect(coordinate).toBe(String(run_seq));
}, 120_000);

test('the same events from two processes are recorded once', async () => {
  const path = join(folder, 'twice.db');
  const writers = [1, 2].map(() => startWriter(path, 'same', 0, 30, 3));
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(writers.map(({ acknowledged }) => acknowledged.length)).toEqual([90, 90]);
  expect(await verifyFile(path)).toMatchObject({ verified: true, entries: 90 });
}, 120_000);

test('T25: verifying beside a writer never reports a false break', async () => {
  const path = join(folder, 'watched.db');
  const writer = startWriter(path, 'w', 0, 250, 4);
  await writer.started;
  const pause = () => new Promise<'running'>((resolve) => setTimeout(() => resolve('running'), 2));
  const sizes: number[] = [];
  while ((await Promise.race([writer.ended, pause()])) === 'running') {
    const verdict = await verifyFile(path);
    expect(verdict).toMatchObject({ verified: true, firstBad: null, reason: null });
    sizes.push(verdict.entries);
  }
  expect(await writer.ended).toBe(0);
  expect(new Set(sizes).size).toBeGreaterThan(1);
  expect((await verifyFile(path)).entries).toBe(1000);
}, 120_000);

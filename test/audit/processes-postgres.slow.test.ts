import { expect, test } from '@jest/globals';
import { openStores } from '../../activities/stores/index.ts';
import { verdictOf } from '../contracts/place.ts';
import { PASSWORD, postgresForTests } from '../postgres.ts';
import { startWriter } from './processes.ts';
import { allBytes, parsed } from './samples.ts';

const server = postgresForTests();
const password = PASSWORD;

test('T22: two processes that make and fill one database together leave one unbroken record', async () => {
  const source = await server.database();
  const writers = ['a', 'b'].map((name) => startWriter(source, name, 0, 24, 50));
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(await verdictOf({ source, password })).toMatchObject({ kind: 'verified', entries: 2400 });
  const ledger = await openStores(source, { password });
  const bodies = (await allBytes(ledger)).map((bytes) => parsed(bytes).body);
  await ledger.close();
  expect(new Set(bodies.map(({ run, coordinate }) => `${run} ${coordinate}`)).size).toBe(2400);
  for (const { run_seq, coordinate } of bodies) expect(coordinate).toBe(String(run_seq));
}, 120_000);

test('T22: the same events from two processes are recorded once', async () => {
  const source = await server.database();
  const writers = [1, 2].map(() => startWriter(source, 'same', 0, 30, 3));
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(writers.map(({ acknowledged }) => acknowledged.length)).toEqual([90, 90]);
  expect(await verdictOf({ source, password })).toMatchObject({ kind: 'verified', entries: 90 });
}, 120_000);

test('T25: verifying beside a writer never reports a false break', async () => {
  const source = await server.database();
  const writer = startWriter(source, 'w', 0, 150, 4);
  await writer.started;
  const pause = () => new Promise<'running'>((resolve) => setTimeout(() => resolve('running'), 2));
  const sizes: number[] = [];
  while ((await Promise.race([writer.ended, pause()])) === 'running') {
    const verdict = await verdictOf({ source, password });
    expect(verdict).toMatchObject({ kind: 'verified' });
    sizes.push(verdict.entries);
  }
  expect(await writer.ended).toBe(0);
  expect(new Set(sizes).size).toBeGreaterThan(1);
  expect(await verdictOf({ source, password })).toMatchObject({ kind: 'verified', entries: 600 });
}, 120_000);

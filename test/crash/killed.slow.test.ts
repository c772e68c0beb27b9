import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { openStores } from '../../activities/stores/index.ts';
import { startWriter } from '../audit/processes.ts';
import { allBytes, parsed, temporaryFolder } from '../audit/samples.ts';
import { verdictOf } from '../contracts/place.ts';
import { PASSWORD, postgresForTests } from '../postgres.ts';

const ROUNDS = process.env['CORDON_LONG'] === '1' ? 200 : 20;
const folder = temporaryFolder();
const server = postgresForTests();
const sources = { SQLite: join(folder, 'killed.db'), Postgres: '', 'Postgres, two commits at once': '' };
beforeAll(async () => {
  sources.Postgres = await server.database();
  sources['Postgres, two commits at once'] = await server.database();
});

/** How many callers a process has, and within how many events it is killed. */
const PROCESSES = [
  { store: 'SQLite', callers: 8, within: 90 },
  { store: 'Postgres', callers: 8, within: 90 },
  { store: 'Postgres, two commits at once', callers: 100, within: 1000 },
] as const;

/** Kills a writer once it was told of so many events; the events that were acknowledged to it. */
async function killedAfter(
  events: number,
  callers: number,
  source: string,
  first: number,
): Promise<readonly string[]> {
  const writer = startWriter(source, 'w', first, 5000, callers);
  // So many events, not so many milliseconds: on a slow machine as much is at stake.
  const enough = (): boolean => writer.acknowledged.length > events;
  const pause = () => new Promise<'running'>((resolve) => setTimeout(() => resolve('running'), 1));
  while (!enough() && (await Promise.race([writer.ended, pause()])) === 'running');
  writer.kill();
  expect(await writer.ended).toBeNull();
  return writer.acknowledged;
}

test.each(PROCESSES)(
  `T27: ${ROUNDS} writers killed at any moment, each repeating what the last one did: nothing is lost, nothing doubled ($store)`,
  async ({ store, callers, within }) => {
    const source = sources[store];
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      // Each round begins before the last one ended, as a retry would.
      for (const line of await killedAfter((round * 37) % within, callers, source, round * 5))
        acknowledged.add(line);
      expect(await verdictOf({ source, password: PASSWORD })).toMatchObject({ kind: 'verified' });
    }
    const ledger = await openStores(source, { password: PASSWORD });
    const bodies = (await allBytes(ledger)).map((bytes) => parsed(bytes).body);
    await ledger.close();
    const recorded = new Set(bodies.map(({ run, coordinate }) => `${run} ${coordinate}`));
    expect(recorded.size).toBe(bodies.length);
    expect([...acknowledged].filter((line) => !recorded.has(line))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(100);
  },
  1_800_000,
);

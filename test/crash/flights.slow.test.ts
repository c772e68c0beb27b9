/** Commits that Postgres is sent whole, on a guess of what it will find: what happens when the guess is wrong, or is lost. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Receipt } from '../../activities/stores/audit.ts';
import { openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { createConnections } from '../../activities/stores/postgres/connect.ts';
import { fly } from '../../activities/stores/postgres/flight.ts';
import { foreseenInserts } from '../../activities/stores/postgres/log-writes.ts';
import { createStatements } from '../../activities/stores/postgres/prepared.ts';
import { beginning } from '../../activities/stores/postgres/statements.ts';
import { NO_CHANGES, type Changes, type HeadRow } from '../../activities/stores/tables.ts';
import { allBytes, collect, event, parsed } from '../audit/samples.ts';
import { sound } from '../contracts/audit-store.ts';
import { PASSWORD, postgresForTests, urlOf } from '../postgres.ts';
import { layCable, type Cable } from './postgres-proxy.ts';
import type { Break } from './steps.ts';

const server = postgresForTests();
const database = { url: '' };
beforeAll(async () => {
  database.url = await server.database();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function open(url = database.url): Promise<Ledger> {
  const ledger = await openStores(url, { password: PASSWORD });
  opened.unshift(ledger);
  return ledger;
}

/** A new log, one worker whose statements can be counted and cut off, and another worker beside it. */
async function stage(): Promise<{ readonly worker: Ledger; readonly other: Ledger; readonly cable: Cable }> {
  await server.query(database.url, 'DROP SCHEMA IF EXISTS cordon CASCADE');
  const cable = await layCable(server.port);
  opened.unshift(cable);
  const other = await open();
  const worker = await open(urlOf(cable.port, new URL(database.url).pathname.slice(1)));
  return { worker, other, cable };
}

/** How each commit went that passed the cable since it was asked last. */
function courseOf({ writes }: Cable): readonly ('flown' | 'looked')[] {
  return writes
    .splice(0)
    .filter((sql) => sql.includes('INTO cordon.entries'))
    .map((sql) => (sql.includes('foreseen') ? 'flown' : 'looked'));
}

const by = 'sam@corp.example';
const indexes = (receipts: readonly Receipt[]) => receipts.map(({ index }) => index);

async function personalRows(): Promise<number> {
  const [row] = await server.query(database.url, 'SELECT count(*)::int AS n FROM cordon.personal');
  return Number(row?.['n']);
}

describe('a commit that is sent on a guess', () => {
  test('is one flight while nobody else writes, as soon as the run is known', async () => {
    const { worker, cable } = await stage();
    for (let n = 0; n < 4; n += 1) await worker.append([event('a', n, { by })]);
    expect(courseOf(cable)).toEqual(['looked', 'flown', 'flown', 'flown']);
    expect(cable.writes).toEqual([]);
    await sound(worker, 4);
    expect(await personalRows()).toBe(4);
  });

  test('keeps names that mean something to the server, of runs and of places in the details', async () => {
    const { worker, cable } = await stage();
    const odd = 'quote " backslash \\ braces {} NULL, é, 鍵, 🔑, \u2028';
    for (let n = 0; n < 3; n += 1) await worker.append([event(odd, n, { [odd]: { by } }), event('NULL', n)]);
    expect(courseOf(cable)).toEqual(['looked', 'flown', 'flown']);
    await sound(worker, 6);
    expect((await collect(worker.byRun(`chain-${odd}`))).map(({ index }) => index)).toEqual([0, 2, 4]);
    const values: string[] = [];
    for await (const { index, path } of worker.values(0, 6)) values.push(`${index} ${path}`);
    expect(values).toEqual([0, 2, 4].map((index) => `${index} /${odd}/by`));
  });

  test('stores nothing where another worker wrote meanwhile, and is decided anew behind what that wrote', async () => {
    const { worker, other, cable } = await stage();
    await worker.append([event('a', 0, { by })]);
    await worker.append([event('a', 1, { by })]);
    expect(courseOf(cable)).toEqual(['looked', 'flown']);
    await other.append([event('a', 2, { by }), event('b', 0)]);
    expect(indexes(await worker.append([event('a', 3, { by })]))).toEqual([4]);
    // Beside a busy neighbour it looks, until a look shows that nobody wrote.
    expect(courseOf(cable)).toEqual(['flown', 'looked']);
    expect(indexes(await worker.append([event('a', 4)]))).toEqual([5]);
    expect(indexes(await worker.append([event('a', 5)]))).toEqual([6]);
    expect(courseOf(cable)).toEqual(['looked', 'flown']);
    await sound(worker, 7);
    expect(await personalRows()).toBe(4);
    const run = (await allBytes(worker))
      .map((bytes) => parsed(bytes).body)
      .filter((body) => body.run === 'chain-a');
    expect(run.map(({ run_seq, coordinate }) => [run_seq, coordinate])).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => [n, String(n)]),
    );
  });

  test('gives the old receipt of an event that is there, also in new company, and refuses another body on record', async () => {
    const { worker, other, cable } = await stage();
    const [first] = await worker.append([event('a', 0, { by })]);
    await worker.append([event('a', 1)]);
    courseOf(cable);
    expect(await worker.append([event('a', 2), event('a', 0, { by }), event('a', 3)])).toMatchObject([
      { index: 2 },
      first,
      { index: 3 },
    ]);
    expect(courseOf(cable)).toEqual(['flown', 'looked']);
    const [theirs] = await other.append([event('b', 0)]);
    expect(await worker.append([event('b', 0)])).toEqual([theirs]);
    await worker.append([event('a', 4)]);
    await worker.append([event('a', 5)]);
    courseOf(cable);
    const [refused] = await worker.append([event('a', 1, { effect: 'another' })]);
    expect(refused).toMatchObject({ kind: 'conflict', index: 7 });
    expect(courseOf(cable)).toEqual(['flown', 'looked']);
    expect(await worker.append([event('a', 1, { effect: 'another' })])).toEqual([refused]);
    await sound(worker, 8);
    expect(await personalRows()).toBe(1);
  });

  test('is refused by the head alone: one of the same length with another last entry', async () => {
    const { worker } = await stage();
    await worker.append([event('a', 0)]);
    await worker.append([event('a', 1)]);
    await server.query(
      database.url,
      `SET session_replication_role = replica; UPDATE cordon.head SET leaf = '${'f'.repeat(64)}'`,
    );
    await expect(worker.append([event('a', 2)])).rejects.toMatchObject({ code: 'store_untrusted' });
    expect(await server.query(database.url, 'SELECT count(*)::int AS n FROM cordon.entries')).toEqual([
      { n: 2 },
    ]);
  });

  test('is stored in no part where its transaction was not begun, or after another head; and whole otherwise', async () => {
    await stage();
    const connections = createConnections({ url: database.url, password: PASSWORD });
    opened.unshift(connections);
    const [before] = (await server.query(
      database.url,
      'SELECT log, size::int, leaf, at::int FROM cordon.head',
    )) as unknown as readonly [HeadRow];
    const changes: Changes = {
      ...NO_CHANGES,
      entries: [{ index: 0, id: 'id', run: 'run', runSeq: 0, bytes: Buffer.from('{}') }],
      head: { ...before, size: 1, leaf: 'a'.repeat(64), at: 1 },
      values: [{ index: 0, path: '/by', value: { salt: Buffer.alloc(32), text: '"sam"' } }],
    };
    const flyAfter = (begin: string, head: HeadRow) =>
      connections.follow((client) => fly(client, begin, foreseenInserts(changes, head), createStatements()));
    const stored = () =>
      server.query(
        database.url,
        `SELECT (SELECT size::int FROM cordon.head) AS head, (SELECT count(*)::int FROM cordon.entries) AS entries,
           (SELECT count(*)::int FROM cordon.personal) AS values`,
      );
    await expect(flyAfter('SELECT 1 / 0', before)).rejects.toMatchObject({ code: 'store_unavailable' });
    for (const other of [{ log: 'x' }, { size: 1 }, { leaf: 'b'.repeat(64) }, { at: 7 }])
      expect(await flyAfter(beginning('on'), { ...before, ...other })).toBe('moved');
    expect(await stored()).toEqual([{ head: 0, entries: 0, values: 0 }]);
    expect(await flyAfter(beginning('on'), before)).toBe('stored');
    expect(await stored()).toEqual([{ head: 1, entries: 1, values: 1 }]);
  });

  test('two workers that take turns leave one chain, whoever guesses', async () => {
    const { worker, other } = await stage();
    for (let n = 0; n < 40; n += 1) {
      const ledger = n % 7 < 3 ? worker : other;
      expect(indexes(await ledger.append([event('a', n)]))).toEqual([n]);
    }
    await sound(other, 40);
  });
});

const WRITERS = 100;
const EACH = 6;

interface Crowd {
  /** Where each event stands, by its run and number, as it was told to whoever sent it. */
  readonly told: ReadonlyMap<string, number>;
  readonly failures: number;
}

/** A hundred callers at once, each of which repeats every event until somebody says where it stands. */
async function crowd(ledger: Ledger, runOf: (writer: number) => string): Promise<Crowd> {
  const told = new Map<string, number>();
  let failures = 0;
  const send = async (run: string, n: number): Promise<void> => {
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        const [receipt] = await ledger.append([event(run, n, n % 3 === 0 ? { by } : { n })]);
        const name = `chain-${run} ${n}`;
        expect(receipt).toMatchObject({ kind: 'recorded', index: told.get(name) ?? receipt?.index });
        told.set(name, receipt?.index ?? -1);
        return;
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_unavailable' });
        failures += 1;
      }
    }
    throw new Error('it was never answered');
  };
  const write = async (run: string): Promise<void> => {
    for (let n = 0; n < EACH; n += 1) await send(run, n);
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(runOf(writer))));
  return { told, failures };
}

/** Everything is there once, in its writer's order, and stands where its writer was told. */
async function expectAll({ told }: Crowd, runs: number): Promise<void> {
  const ledger = await open();
  await sound(ledger, runs * EACH);
  const stands = (await allBytes(ledger)).map((bytes, index) => {
    const { run, coordinate, run_seq } = parsed(bytes).body;
    expect(coordinate).toBe(String(run_seq));
    return [`${run} ${coordinate}`, index] as const;
  });
  expect(new Map(stands)).toEqual(told);
  expect(await personalRows()).toBe(runs * 2);
}

describe('commits that are sent behind each other', () => {
  test('are two at once for a hundred callers, and leave each caller in order', async () => {
    const { worker, cable } = await stage();
    const outcome = await crowd(worker, String);
    expect(outcome.failures).toBe(0);
    const course = courseOf(cable);
    expect(course[0]).toBe('looked');
    expect(course.filter((each) => each === 'looked')).toHaveLength(1);
    // One group of all, then halves of them.
    expect(course.length).toBeGreaterThan(EACH + 2);
    await expectAll(outcome, WRITERS);
  });

  test('record once what two callers send, be the other one’s already under way or not', async () => {
    const { worker } = await stage();
    const outcome = await crowd(worker, (writer) => String(writer % 50));
    expect(outcome.failures).toBe(0);
    await expectAll(outcome, 50);
  });

  const breaks: readonly Exclude<Break, 'lost twice'>[] = ['lost', 'kept', 'cut'];
  // The first commit is a look and ends with write 4; then each is BEGIN, entries, head with values, COMMIT.
  const places = Array.from({ length: 12 }, (_, n) => n + 4);
  test.each(breaks.flatMap((how) => places.map((at) => ({ how, at }))))(
    'T16: $how, at write $at of a hundred callers: the one before is kept, the one behind fails with it, and all is found again',
    async ({ how, at }) => {
      const { worker, cable } = await stage();
      cable.arm(at, how);
      const outcome = await crowd(worker, String);
      expect(outcome.failures).toBeGreaterThan(0);
      await expectAll(outcome, WRITERS);
    },
    60_000,
  );

  test('survive an administrator who ends their connection again and again', async () => {
    const { worker } = await stage();
    const ending = (async () => {
      for (let n = 0; n < 8; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await server.query(
          database.url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cordon'`,
        );
      }
    })();
    const outcome = await crowd(worker, String);
    await ending;
    await expectAll(outcome, WRITERS);
  });

  test('give way to another worker’s crowd: one chain, nothing lost, nothing doubled', async () => {
    const { worker, other } = await stage();
    const crowds = await Promise.all([
      crowd(worker, (writer) => `one-${writer}`),
      crowd(other, (writer) => `other-${writer}`),
    ]);
    expect(crowds.map(({ failures }) => failures)).toEqual([0, 0]);
    await expectAll({ told: new Map(crowds.flatMap(({ told }) => [...told])), failures: 0 }, 2 * WRITERS);
  });
});

import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { openStores, sha256Hex, verifyDatabase } from '../activities/stores/index.ts';
import { createLedger } from '../activities/stores/ledger-over-tables.ts';
import type { Ledger } from '../activities/stores/ledger.ts';
import { openDatabase } from '../activities/stores/sqlite/open.ts';
import { createSqliteTables } from '../activities/stores/sqlite/tables.ts';
import { startWriter } from './audit/processes.ts';
import { allBytes, event, parsed, temporaryFolder } from './audit/samples.ts';

const folder = temporaryFolder();

/**
 * How a write breaks: it is not stored; it is stored and nobody learns of it; it is not stored and the attempt to
 * clean up breaks as well.
 */
type Break = 'lost' | 'kept' | 'lost twice';

interface Fault {
  readonly how: Break;
  /** Which write breaks, counted from 0. */
  readonly at: number;
}

/** A database whose writes are counted, and one of which breaks. */
function fragile(path: string, fault: Fault) {
  const db = openDatabase(path, 'test');
  const writes: string[] = [];
  let toBreak = fault.how === 'lost twice' ? 2 : 1;
  const broken = () => new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
  const run = (statement: Database.Statement, parameters: unknown[]) => {
    const index = writes.push(statement.source) - 1;
    if (index < fault.at || toBreak === 0) return statement.run(...parameters);
    toBreak -= 1;
    if (fault.how === 'kept') statement.run(...parameters);
    throw broken();
  };
  const prepare = (sql: string) => {
    const statement = db.prepare(sql);
    const get = statement.get.bind(statement);
    const all = statement.all.bind(statement);
    return { get, all, run: (...parameters: unknown[]) => run(statement, parameters) };
  };
  const proxy = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return prepare;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { ledger: createLedger(createSqliteTables(proxy), Date.now), writes };
}

const owner = { chain: 'a', workflowId: 'cordon-p-a', task: 'contain' };
const text = '{"card":1}';

/** One task as the activities would do it. Each step is one commit, and is repeated until it is acknowledged. */
const STEPS: readonly {
  readonly name: string;
  readonly events: number;
  run(ledger: Ledger): Promise<unknown>;
}[] = [
  { name: 'append', events: 2, run: (ledger) => ledger.append([event('a', 0), event('b', 0)]) },
  {
    name: 'card',
    events: 1,
    run: (ledger) => ledger.put({ kind: 'card', digest: sha256Hex(text), text }, [event('a', 1)]),
  },
  {
    name: 'begin',
    events: 2,
    run: (ledger) =>
      ledger.begin(
        { key: 'k', owner, inputsDigest: 'i', now: 1 },
        { events: [event('a', 2)], record: () => [event('a', 3)] },
      ),
  },
  {
    name: 'finish',
    events: 1,
    async run(ledger) {
      const fence = (await ledger.lookup('k'))?.fence ?? 0;
      return ledger.finish(
        { key: 'k', fence, result: 'done', output: 'x', now: 2 },
        { record: () => [event('a', 4)] },
      );
    },
  },
];
/** BEGIN, the rows, the head and COMMIT of every step. */
const WRITES = 21;
const ALL = STEPS.reduce((sum, { events }) => sum + events, 0);

/** Takes the steps, each until it succeeds. Returns how often a step failed. */
async function walk(path: string, ledger: Ledger, writes: readonly string[], fault: Fault): Promise<number> {
  let failures = 0;
  let stored = 0;
  for (const step of STEPS) {
    for (let tries = 0; ; tries += 1) {
      expect(tries).toBeLessThan(4);
      const outcome = await step.run(ledger).then(
        () => null,
        (error: unknown) => error,
      );
      if (outcome === null) break;
      failures += 1;
      expect(outcome).toMatchObject({ code: 'store_unavailable' });
      const survived = fault.how === 'kept' && writes.at(fault.at) === 'COMMIT';
      expect(verifyDatabase(path)).toMatchObject({
        verified: true,
        entries: stored + (survived ? step.events : 0),
      });
    }
    stored += step.events;
    expect(verifyDatabase(path)).toMatchObject({ verified: true, entries: stored });
  }
  return failures;
}

async function coordinates(ledger: Ledger): Promise<string[]> {
  return (await allBytes(ledger)).map((bytes) => {
    const { body } = parsed(bytes);
    return `${body.run} ${body.coordinate}`;
  });
}

const EXPECTED = ['chain-a 0', 'chain-b 0', 'chain-a 1', 'chain-a 2', 'chain-a 3', 'chain-a 4'];

describe('a write that breaks', () => {
  test('control: with nothing broken the steps make the writes that are broken below', async () => {
    const path = join(folder, 'whole.db');
    const { ledger, writes } = fragile(path, { how: 'lost', at: Infinity });
    expect(await walk(path, ledger, writes, { how: 'lost', at: Infinity })).toBe(0);
    expect(writes.filter((sql) => sql === 'COMMIT')).toHaveLength(STEPS.length);
    expect(writes).toHaveLength(WRITES);
    await ledger.close();
  });

  const cases = (['lost', 'kept', 'lost twice'] as const).flatMap((how) =>
    Array.from({ length: WRITES }, (_, at) => ({ how, at })),
  );
  test.each(cases)(
    '$how, at write $at: nothing acknowledged is lost, nothing is there twice',
    async (fault) => {
      const path = join(folder, `${fault.how}-${fault.at}.db`);
      const { ledger, writes } = fragile(path, fault);
      const failures = await walk(path, ledger, writes, fault);
      expect(failures).toBeGreaterThanOrEqual(1);
      await ledger.close();
      const reopened = await openStores(path);
      expect(await coordinates(reopened)).toEqual(EXPECTED);
      expect((await reopened.head()).size).toBe(ALL);
      expect(await reopened.lookup('k')).toMatchObject({ state: 'done', output: 'x' });
      expect(await reopened.get('card', sha256Hex(text))).toBe(text);
      await reopened.close();
    },
  );

  test('a begin whose commit was kept but not acknowledged is told that it was interrupted', async () => {
    const path = join(folder, 'begin.db');
    const { ledger } = fragile(path, { how: 'kept', at: 1 + 1 });
    const request = { key: 'k', owner, inputsDigest: 'i', now: 1 };
    await expect(ledger.begin(request)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await ledger.begin(request)).answer).toEqual({ kind: 'interrupted', attempt: 2, fence: 2 });
    await ledger.close();
  });
});

describe('a writer killed at any moment', () => {
  test('has lost nothing that was acknowledged, and its successor doubles nothing', async () => {
    const path = join(folder, 'killed.db');
    const acknowledged = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      // Each round begins before the last one ended, as a retry would.
      const writer = startWriter(path, 'w', round * 5, 5000, 8);
      await writer.started;
      // So many events, not so many milliseconds: on a slow machine as much is at stake.
      const enough = (): boolean => writer.acknowledged.length > (round * 37) % 90;
      const pause = () => new Promise<'running'>((resolve) => setTimeout(() => resolve('running'), 1));
      while (!enough() && (await Promise.race([writer.ended, pause()])) === 'running');
      writer.kill();
      expect(await writer.ended).toBeNull();
      for (const line of writer.acknowledged) acknowledged.add(line);
      expect(verifyDatabase(path)).toMatchObject({ verified: true, reason: null });
    }
    const ledger = await openStores(path);
    const bodies = (await allBytes(ledger)).map((bytes) => parsed(bytes).body);
    await ledger.close();
    const recorded = bodies.map(({ run, coordinate }) => `${run} ${coordinate}`);
    expect(new Set(recorded).size).toBe(recorded.length);
    expect([...acknowledged].filter((line) => !recorded.includes(line))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(100);
  }, 120_000);
});

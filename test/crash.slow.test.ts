import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from './audit/samples.ts';
import { fragilePostgres } from './crash/postgres.ts';
import { fragileSqlite } from './crash/sqlite.ts';
import { expectAll, STEPS, walk, type Break, type Fault, type Fragile } from './crash/steps.ts';
import { postgresForTests } from './postgres.ts';

const folder = temporaryFolder();
let files = 0;
const server = postgresForTests();
const database = { url: '' };
beforeAll(async () => {
  database.url = await server.database();
});

/** Both stores, how their writes can break, and how many writes the steps make: BEGIN, rows, head, COMMIT. */
const STORES: readonly {
  readonly name: string;
  readonly writes: number;
  readonly breaks: readonly Break[];
  open(fault: Fault): Promise<Fragile & { readonly close: () => Promise<void> }>;
}[] = [
  {
    name: 'SQLite',
    writes: 21,
    breaks: ['lost', 'kept', 'lost twice'],
    async open(fault) {
      const fragile = fragileSqlite(join(folder, `${(files += 1)}.db`), fault);
      return { ...fragile, close: () => fragile.ledger.close() };
    },
  },
  {
    name: 'Postgres',
    writes: 19,
    breaks: ['lost', 'kept', 'cut'],
    async open(fault) {
      const { cable, ...fragile } = await fragilePostgres(server, database.url, fault);
      const close = async (): Promise<void> => {
        await fragile.ledger.close();
        await cable.close();
      };
      return { ...fragile, close };
    },
  },
];

describe.each(STORES)('a write that breaks ($name)', (store) => {
  test('control: with nothing broken the steps make the writes that are broken below', async () => {
    const whole: Fault = { how: 'lost', at: Infinity };
    const fragile = await store.open(whole);
    expect(await walk(fragile, whole)).toBe(0);
    expect(fragile.writes.filter((sql) => sql === 'COMMIT')).toHaveLength(STEPS.length);
    expect(fragile.writes).toHaveLength(store.writes);
    await fragile.close();
  });

  const cases = store.breaks.flatMap((how) => Array.from({ length: store.writes }, (_, at) => ({ how, at })));
  test.each(cases)(
    'T16: $how, at write $at: nothing acknowledged is lost, nothing is there twice',
    async (fault) => {
      const fragile = await store.open(fault);
      expect(await walk(fragile, fault)).toBeGreaterThanOrEqual(1);
      await fragile.close();
      await expectAll(fragile);
    },
    60_000,
  );

  test('a begin whose commit was kept but not acknowledged is told that it was interrupted', async () => {
    const fragile = await store.open({ how: 'kept', at: 2 });
    const owner = { chain: 'a', workflowId: 'cordon-p-a', task: 'contain' };
    const request = { key: 'k', owner, inputsDigest: 'i', now: 1 };
    await expect(fragile.ledger.begin(request)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(fragile.writes[2]).toBe('COMMIT');
    expect((await fragile.ledger.begin(request)).answer).toEqual({
      kind: 'interrupted',
      attempt: 2,
      fence: 2,
    });
    await fragile.close();
  });
});

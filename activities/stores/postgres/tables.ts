/**
 * The tables in Postgres. One connection for commits, others for reading.
 *
 * Q1 The head row is locked before anything else is read. READ COMMITTED: what is read after the lock was committed
 *    before it, by whomever.
 * Q2 COMMIT returns after the flush to disk. Each transaction says so itself, so a server whose default changes
 *    under us weakens nothing.
 * Q3 After any error the connection is given up and the transaction with it. An error while COMMIT is under way
 *    tells nobody what became of it; the repeat will find out.
 * Q4 Writes and COMMIT travel together. When a write fails the server turns the COMMIT into a rollback and says so;
 *    only the word COMMIT counts.
 */
import type { ClientBase, QueryResultRow } from 'pg';
import type { StoredEntry } from '../audit.ts';
import { fromClaimRow, type ClaimRow } from '../claim-row.ts';
import { StoreError } from '../ledger.ts';
import type { CounterNeed, ReservationRow } from '../reservations.ts';
import {
  wholeEntries,
  type Changes,
  type EntryRow,
  type Found,
  type HeadRow,
  type Needs,
  type Tables,
} from '../tables.ts';
import { createPostgresCheckpoints } from './checkpoints.ts';
import type { Connections } from './connect.ts';
import { translated } from './failure.ts';
import type { Durability } from './self-check.ts';
import {
  CLAIMS,
  CLAIMS_OF,
  DOCUMENT,
  ENDS,
  ENTRIES_BY_ID,
  ENTRIES_FROM,
  ENTRIES_OF_RUN,
  HEAD,
  lockHead,
  RESERVATIONS,
  VALUES_FROM,
  VALUES_OF,
} from './statements.ts';
import { keptValue, type ValueRow } from './value-row.ts';
import { inserts } from './writes.ts';

export function createPostgresTables(connections: Connections, durability: Durability): Tables {
  const lock = lockHead(durability.synchronousCommit);
  const reading = <T>(work: (client: ClientBase) => Promise<T>): Promise<T> =>
    connections.read((client) => translated('reading the store', () => work(client)));

  return {
    commit: (deliberate) =>
      connections.commit(async (client) => {
        const talk = <T>(work: () => Promise<T>): Promise<T> => translated('writing to the store', work);
        const deliberation = deliberate(await talk(() => lockedHead(client, lock)));
        let step = deliberation.next();
        while (step.done !== true) {
          const needs = step.value;
          step = deliberation.next(await talk(() => answer(client, needs)));
        }
        const conclusion = step.value;
        await talk(() => write(client, conclusion));
        return conclusion;
      }),
    head: () => reading(async (client) => headOf(await rowsOf<HeadRow>(client, HEAD, []))),
    entries: (from, limit) => reading((client) => rowsOf<StoredEntry>(client, ENTRIES_FROM, [from, limit])),
    entriesOfRun: (run, fromSeq, limit) =>
      reading((client) => rowsOf<EntryRow>(client, ENTRIES_OF_RUN, [run, fromSeq, limit])),
    claim: (key) =>
      reading(async (client) => {
        const [row] = await rowsOf<ClaimRow>(client, CLAIMS, [[key]]);
        return row === undefined ? null : fromClaimRow(row);
      }),
    claimsOf: (chain) =>
      reading(async (client) => (await rowsOf<ClaimRow>(client, CLAIMS_OF, [chain])).map(fromClaimRow)),
    document: (kind, digest) =>
      reading(async (client) => {
        const [row] = await rowsOf<{ readonly text: string }>(client, DOCUMENT, [kind, digest]);
        return row?.text ?? null;
      }),
    values: (from, limit) =>
      reading(async (client) => {
        const rows = await rowsOf<ValueRow>(client, VALUES_FROM, [from, limit + 1]);
        return wholeEntries(rows.map(keptValue), limit);
      }),
    checkpoints: createPostgresCheckpoints(connections),
    close: () => connections.close(),
  };
}

async function rowsOf<Row extends object>(
  client: ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await client.query<Row & QueryResultRow>(text, [...values]);
  return rows;
}

async function lockedHead(client: ClientBase, lock: readonly string[]): Promise<HeadRow> {
  const results = await Promise.all(lock.map((text) => rowsOf<HeadRow>(client, text, [])));
  return headOf(results.at(-1) ?? []);
}

function headOf([row]: readonly HeadRow[]): HeadRow {
  if (row !== undefined) return row;
  throw new StoreError(
    'store_untrusted',
    'the store has lost its head row; restore a backup and run "cordon audit verify"',
  );
}

/** All questions travel together. */
async function answer(client: ClientBase, needs: Needs): Promise<Found> {
  const list = <Row extends object>(text: string, wanted: readonly unknown[]): Promise<readonly Row[]> =>
    wanted.length === 0 ? Promise.resolve([]) : rowsOf<Row>(client, text, [wanted]);
  const [claims, entries, ends, tail, values, reservations] = await Promise.all([
    list<ClaimRow>(CLAIMS, needs.claims),
    list<EntryRow>(ENTRIES_BY_ID, needs.entries),
    list<EntryRow>(ENDS, needs.runs),
    needs.tailFrom === null ? [] : rowsOf<StoredEntry>(client, ENTRIES_FROM, [needs.tailFrom, 2]),
    list<ValueRow>(VALUES_OF, needs.values),
    reservationsFor(client, needs.counters),
  ]);
  return {
    claims: claims.map(fromClaimRow),
    entries,
    ends,
    tail,
    values: values.map(keptValue),
    reservations,
  };
}

function reservationsFor(
  client: ClientBase,
  needs: readonly CounterNeed[],
): Promise<readonly ReservationRow[]> {
  if (needs.length === 0) return Promise.resolve([]);
  return rowsOf<ReservationRow>(client, RESERVATIONS, [
    needs.map(({ counter }) => counter),
    needs.map(({ windowMs }) => windowMs),
    needs.map(({ now }) => now),
    needs.map(({ own }) => own.chain),
    needs.map(({ own }) => own.task),
  ]);
}

async function write(client: ClientBase, changes: Changes): Promise<void> {
  const results = await Promise.all([
    ...inserts(changes).map(({ text, values }) => client.query(text, [...values])),
    client.query('COMMIT'),
  ]);
  if (results.at(-1)?.command !== 'COMMIT') throw new Error('the server rolled a commit back');
}

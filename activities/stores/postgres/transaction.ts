/** One commit in Postgres: lock the head, ask, decide, write. Rules Q1 to Q4 in `tables.ts` hold here. */
import type { ClientBase, QueryResultRow } from 'pg';
import type { StoredEntry } from '../audit.ts';
import { fromClaimRow, type ClaimRow } from '../claim-row.ts';
import { StoreError } from '../ledger.ts';
import type { CounterNeed, ReservationRow } from '../reservations.ts';
import type { Changes, Deliberation, EntryRow, Found, HeadRow, Needs, Proposal } from '../tables.ts';
import { translated } from './failure.ts';
import type { Query, Statements } from './prepared.ts';
import {
  CLAIMS,
  ENDS,
  ENTRIES_BY_ID,
  ENTRIES_FROM,
  LOCK_HEAD,
  RESERVATIONS,
  VALUES_OF,
} from './statements.ts';
import { keptValue, type ValueRow } from './value-row.ts';
import { inserts } from './writes.ts';

export interface Transaction<Conclusion extends Changes> {
  readonly begin: string;
  readonly statements: Statements;
  readonly proposal: Proposal<Conclusion>;
}

export interface Transacted<Conclusion extends Changes> {
  /** As it was found under the lock. */
  readonly head: HeadRow;
  /** What was asked ahead. */
  readonly found: Found;
  readonly conclusion: Conclusion;
}

export async function transact<Conclusion extends Changes>(
  client: ClientBase,
  { begin, statements: { query }, proposal }: Transaction<Conclusion>,
): Promise<Transacted<Conclusion>> {
  const talk = <T>(work: () => Promise<T>): Promise<T> => translated('writing to the store', work);
  const ask: Ask = async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await query<Row>(client, text, values)).rows;
  const ahead = proposal.questions();
  const [head, found] = await talk(() => Promise.all([lockedHead(client, begin), answer(ask, ahead)]));
  const conclusion = await conclude(proposal.deliberate({ head, ahead, found }), (needs) =>
    talk(() => answer(ask, needs)),
  );
  await talk(() => write(client, query, conclusion));
  return { head, found, conclusion };
}

async function conclude<Conclusion extends Changes>(
  deliberation: Deliberation<Conclusion>,
  answerTo: (needs: Needs) => Promise<Found>,
): Promise<Conclusion> {
  let step = deliberation.next();
  while (step.done !== true) step = deliberation.next(await answerTo(step.value));
  return step.value;
}

type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

export async function rowsOf<Row extends object>(
  client: ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await client.query<Row & QueryResultRow>(text, [...values]);
  return rows;
}

async function lockedHead(client: ClientBase, begin: string): Promise<HeadRow> {
  const [, rows] = await Promise.all([client.query(begin), rowsOf<HeadRow>(client, LOCK_HEAD, [])]);
  return headOf(rows);
}

export function headOf([row]: readonly HeadRow[]): HeadRow {
  if (row !== undefined) return row;
  throw new StoreError(
    'store_untrusted',
    'the store has lost its head row; restore a backup and run "cordon audit verify"',
  );
}

/** All questions travel together. */
async function answer(ask: Ask, needs: Needs): Promise<Found> {
  const list = <Row extends object>(text: string, wanted: readonly unknown[]): Promise<readonly Row[]> =>
    wanted.length === 0 ? Promise.resolve([]) : ask<Row>(text, [wanted]);
  const [claims, entries, ends, tail, values, reservations] = await Promise.all([
    list<ClaimRow>(CLAIMS, needs.claims),
    list<EntryRow>(ENTRIES_BY_ID, needs.entries),
    list<EntryRow>(ENDS, needs.runs),
    needs.tailFrom === null ? [] : ask<StoredEntry>(ENTRIES_FROM, [needs.tailFrom, 2]),
    list<ValueRow>(VALUES_OF, needs.values),
    reservationsFor(ask, needs.counters),
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

function reservationsFor(ask: Ask, needs: readonly CounterNeed[]): Promise<readonly ReservationRow[]> {
  if (needs.length === 0) return Promise.resolve([]);
  return ask<ReservationRow>(RESERVATIONS, [
    needs.map(({ counter }) => counter),
    needs.map(({ windowMs }) => windowMs),
    needs.map(({ now }) => now),
    needs.map(({ own }) => own.chain),
    needs.map(({ own }) => own.task),
  ]);
}

async function write(client: ClientBase, query: Query, changes: Changes): Promise<void> {
  const results = await Promise.all([
    ...inserts(changes).map(({ text, values }) => query(client, text, values)),
    client.query('COMMIT'),
  ]);
  if (results.at(-1)?.command !== 'COMMIT') throw new Error('the server rolled a commit back');
}

/**
 * The tables in Postgres. One connection for commits, others for reading.
 *
 * Q1 The head row is locked before anything else is read. READ COMMITTED: what is read after the lock was committed
 *    before it, by whomever. Questions may travel with the lock; the server takes them up when it is held.
 * Q2 COMMIT returns after the flush to disk. Each transaction says so itself, so a server whose default changes
 *    under us weakens nothing.
 * Q3 After any error the connection is given up and the transaction with it. An error while COMMIT is under way
 *    tells nobody what became of it; the repeat will find out. Only a statement that the connection does not know is
 *    repeated here: such a transaction wrote nothing.
 * Q4 Writes and COMMIT travel together. When a write fails the server turns the COMMIT into a rollback and says so;
 *    only the word COMMIT counts.
 * Q5 A group whose outcome can be foreseen travels whole, without a look at the head. Its first statement locks the head
 *    and writes only where that is the foreseen one; where it is not, or a key is there already, nothing is stored and
 *    the group is decided anew by what is found under the lock. The next group may be sent behind it, following the head
 *    that it will leave: it is stored after it, or not at all.
 */
import type { ClientBase } from 'pg';
import type { StoredEntry } from '../audit.ts';
import { fromClaimRow, type ClaimRow } from '../claim-row.ts';
import { wholeEntries, type HeadRow, type Tables } from '../tables.ts';
import { createPostgresCheckpoints } from './checkpoints.ts';
import { createCommits } from './commits.ts';
import type { Connections } from './connect.ts';
import { translated } from './failure.ts';
import { createStatements } from './prepared.ts';
import type { Durability } from './self-check.ts';
import {
  beginning,
  CLAIMS,
  CLAIMS_OF,
  DOCUMENT,
  ENTRIES_AT,
  ENTRIES_FROM,
  HEAD,
  PLACES_OF_RUN,
  VALUES_FROM,
} from './statements.ts';
import { headOf, rowsOf } from './transaction.ts';
import { keptValue, type ValueRow } from './value-row.ts';

export function createPostgresTables(connections: Connections, durability: Durability): Tables {
  const reading = <T>(work: (client: ClientBase) => Promise<T>): Promise<T> =>
    connections.read((client) => translated('reading the store', () => work(client)));

  return {
    commit: createCommits(connections, beginning(durability.synchronousCommit), createStatements()),
    head: () => reading(async (client) => headOf(await rowsOf<HeadRow>(client, HEAD, []))),
    entries: (from, limit) => reading((client) => rowsOf<StoredEntry>(client, ENTRIES_FROM, [from, limit])),
    placesOfRun: (run, before, limit) =>
      reading(async (client) => {
        const rows = await rowsOf<{ readonly i: number }>(client, PLACES_OF_RUN, [run, before, limit]);
        return rows.map(({ i }) => i);
      }),
    entriesAt: (places) => reading((client) => rowsOf<StoredEntry>(client, ENTRIES_AT, [places])),
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
    // Dead rows and the write-ahead log are the server's, and only its owner can have them rewritten.
    forget: async () => {},
    close: () => connections.close(),
  };
}

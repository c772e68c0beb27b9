/** The reservations in the file. Read and written inside the ledger's own transaction. */
import type { Database } from 'better-sqlite3';
import type { CounterNeed, ReservationRow, Reserver } from '../reservations.ts';

export interface ReservationTable {
  of(needs: readonly CounterNeed[]): readonly ReservationRow[];
  giveBack(owners: readonly Reserver[]): void;
  add(rows: readonly ReservationRow[]): void;
}

const COLUMNS = 'counter, chain, task, target, weight, at';

export function createReservationTable(db: Database): ReservationTable {
  const latest = db.prepare<[string], { readonly at: number | null }>(
    'SELECT max(at) AS at FROM reservations WHERE counter = ?',
  );
  const wanted = db.prepare<[string, number, string, string], ReservationRow>(
    `SELECT ${COLUMNS} FROM reservations WHERE counter = ? AND (at > ? OR (chain = ? AND task = ?))`,
  );
  const remove = db.prepare('DELETE FROM reservations WHERE chain = ? AND task = ?');
  const insert = db.prepare(
    `INSERT INTO reservations (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const since = ({ counter, windowMs, now }: CounterNeed): number =>
    windowMs === null ? -1 : Math.max(now, latest.get(counter)?.at ?? now) - windowMs;
  return {
    of(needs) {
      const rows = new Map<string, ReservationRow>();
      for (const need of needs)
        for (const row of wanted.all(need.counter, since(need), need.own.chain, need.own.task))
          rows.set(JSON.stringify([row.counter, row.chain, row.task, row.target]), row);
      return [...rows.values()];
    },
    giveBack(owners) {
      for (const { chain, task } of owners) remove.run(chain, task);
    },
    add(rows) {
      for (const { counter, chain, task, target, weight, at } of rows)
        insert.run(counter, chain, task, target, weight, at);
    },
  };
}

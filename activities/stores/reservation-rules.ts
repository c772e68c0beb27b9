/**
 * What a store makes of a reservation. Pure, and the same for every store.
 *
 * R1 Taken and asked together never exceed a limit, however many ask at once: the store runs this in one transaction.
 * R2 A task that asks again takes nothing twice.
 * R3 A clock that goes back does not reopen a window: a counter's time never decreases.
 */
import type { CounterNeed, Reserve, ReservationRow, Reserved, Reserver } from './reservations.ts';

/** A counter's time: the clock's, but never earlier than its last reservation. */
export function clockOf(now: number, latest: number | null): number {
  return Math.max(now, latest ?? now);
}

export function needsOf(reserve: Reserve, own: Reserver, now: number): readonly CounterNeed[] {
  return reserve.limits.map(({ counter, windowMs }) => ({ counter, windowMs, now, own }));
}

/** All of it or none of it; the first limit that would be exceeded is named. `rowsOf`: at least what was asked for. */
export function decideReserve(
  reserve: Reserve,
  own: Reserver,
  now: number,
  rowsOf: (counter: string) => readonly ReservationRow[],
): Reserved {
  const rows: ReservationRow[] = [];
  const asked = reserve.targets.reduce((sum, { weight }) => sum + weight, 0);
  for (const limit of reserve.limits) {
    const known = rowsOf(limit.counter);
    const at = clockOf(now, latestOf(known));
    const since = limit.windowMs === null ? Number.NEGATIVE_INFINITY : at - limit.windowMs;
    const mine = known.filter((row) => isSame(row, own));
    const taken = known
      .filter((row) => row.at > since && !mine.includes(row))
      .reduce((sum, { weight }) => sum + weight, 0);
    if (taken + asked > limit.most) return { kind: 'exceeded', limit, taken, asked };
    for (const { id, weight } of reserve.targets)
      if (!mine.some(({ target }) => target === id))
        rows.push({ counter: limit.counter, chain: own.chain, task: own.task, target: id, weight, at });
  }
  return { kind: 'reserved', rows };
}

/** Null: nothing was reserved. */
export function latestOf(rows: readonly ReservationRow[]): number | null {
  return rows.length === 0
    ? null
    : rows.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
}

export function isSame(one: Reserver, other: Reserver): boolean {
  return one.chain === other.chain && one.task === other.task;
}

/**
 * What a store makes of a reservation. Pure, and the same for every store.
 *
 * R1 Taken and asked together never exceed a limit, however many ask at once: the store runs this in one transaction.
 * R2 A task that asks again takes nothing twice.
 * R3 A clock that goes back does not reopen a window: a counter's time never decreases.
 */
import type { Owner } from './claims.ts';
import type { CounterState, Limit, ReservationRow, Reserve, Reserved } from './reservations.ts';

/** A counter's time: the clock's, but never earlier than the last reservation. */
export function clockOf(now: number, latest: number | null): number {
  return Math.max(now, latest ?? now);
}

/** Reservations later than this instant are inside the window. */
export function windowStart({ windowMs }: Limit, clock: number): number {
  return windowMs === null ? Number.NEGATIVE_INFINITY : clock - windowMs;
}

/** All of it or none of it. The first limit that would be exceeded is named. */
export function decideReserve(
  reserve: Reserve,
  owner: Pick<Owner, 'chain' | 'task'>,
  now: number,
  stateOf: (limit: Limit) => CounterState,
): Reserved {
  const rows: ReservationRow[] = [];
  for (const limit of reserve.limits) {
    const { latest, taken, own } = stateOf(limit);
    const asked = reserve.targets.reduce((sum, { weight }) => sum + weight, 0);
    if (taken + asked > limit.most) return { kind: 'exceeded', limit, taken, asked };
    const at = clockOf(now, latest);
    for (const { id, weight } of reserve.targets)
      if (!own.includes(id))
        rows.push({ counter: limit.counter, chain: owner.chain, task: owner.task, target: id, weight, at });
  }
  return { kind: 'reserved', rows };
}

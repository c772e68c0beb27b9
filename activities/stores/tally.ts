/** What a group of calls knows of reservations: the rows that were read, and over them what its own calls did. */
import { isSame } from './reservation-rules.ts';
import type { CounterNeed, ReservationRow, Reserver } from './reservations.ts';

export interface Tally {
  learn(rows: readonly ReservationRow[]): void;
  /** MUST have been asked for before. */
  rowsOf(counter: string): readonly ReservationRow[];
  reserve(rows: readonly ReservationRow[]): void;
  /** Everything the task reserved, in this group too. */
  giveBack(owner: Reserver): void;
  returned(): readonly Reserver[];
  reservations(): readonly ReservationRow[];
}

export function createTally(asked: readonly CounterNeed[]): Tally {
  const counters = new Set(asked.map(({ counter }) => counter));
  let known: readonly ReservationRow[] = [];
  let added: readonly ReservationRow[] = [];
  const returned: Reserver[] = [];
  return {
    learn: (rows) => {
      known = rows;
    },
    rowsOf(counter) {
      if (!counters.has(counter))
        throw new Error(`the group decides by ${counter} without having asked for it`);
      return [...known, ...added].filter((row) => row.counter === counter);
    },
    reserve: (rows) => {
      added = [...added, ...rows];
    },
    giveBack(owner) {
      known = known.filter((row) => !isSame(row, owner));
      added = added.filter((row) => !isSame(row, owner));
      returned.push(owner);
    },
    returned: () => returned,
    reservations: () => added,
  };
}

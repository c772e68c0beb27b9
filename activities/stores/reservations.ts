/**
 * The contract of blast-radius reservations. A reservation says that one task of one run changes one asset. It is made
 * in the commit that begins the call, so there is no moment at which one of the two is true alone.
 *
 * Kept when the call was made, or when nobody knows; given back only when nothing was sent. A retry finds its own.
 */
import type { Owner } from './claims.ts';

export interface Limit {
  /** From `guards.yaml`; what people are told. */
  readonly name: string;
  /** What is counted together. */
  readonly counter: string;
  /** Null: for ever, as for a limit of one run. */
  readonly windowMs: number | null;
  readonly most: number;
}

export interface Reserve {
  readonly limits: readonly Limit[];
  /** `weight`: how many assets hide behind the name; a group of forty weighs forty. */
  readonly targets: readonly { readonly id: string; readonly weight: number }[];
}

/** Whoever a reservation belongs to. */
export type Reserver = Pick<Owner, 'chain' | 'task'>;

/** At most one per counter, run, task and target. */
export interface ReservationRow extends Reserver {
  readonly counter: string;
  readonly target: string;
  readonly weight: number;
  /** By the counter's own clock, milliseconds since 1970; see `clockOf`. */
  readonly at: number;
}

/** Rows of the counter later than `clockOf(now, its latest) - windowMs`, and all rows of `own`. */
export interface CounterNeed {
  readonly counter: string;
  readonly windowMs: number | null;
  readonly now: number;
  readonly own: Reserver;
}

export interface Exceeded {
  readonly limit: Limit;
  /** By others, inside the window. */
  readonly taken: number;
  readonly asked: number;
}

export type Reserved =
  | { readonly kind: 'reserved'; readonly rows: readonly ReservationRow[] }
  | ({ readonly kind: 'exceeded' } & Exceeded);

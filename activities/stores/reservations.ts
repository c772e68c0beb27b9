/**
 * The contract of blast-radius reservations. A reservation says that one task of one run changes one asset. It is made
 * in the commit that begins the call, so there is no moment at which one of the two is true alone.
 *
 * Kept when the call was made, or when nobody knows; given back only when nothing was sent. A retry finds its own.
 */
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

/** One row: at most one per counter, run, task and target. */
export interface ReservationRow {
  readonly counter: string;
  readonly chain: string;
  readonly task: string;
  readonly target: string;
  readonly weight: number;
  /** By the counter's own clock, milliseconds since 1970; see `clockOf`. */
  readonly at: number;
}

/** What a store knows of one counter before anything is added. */
export interface CounterState {
  /** Time of its latest reservation; null when there is none. */
  readonly latest: number | null;
  /** Weights inside the window that ends at `clockOf(now, latest)`, without this task's own. */
  readonly taken: number;
  /** Targets this task has reserved already, in whatever window. */
  readonly own: readonly string[];
}

export type Reserved =
  | { readonly kind: 'reserved'; readonly rows: readonly ReservationRow[] }
  | { readonly kind: 'exceeded'; readonly limit: Limit; readonly taken: number; readonly asked: number };

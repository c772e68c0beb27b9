/**
 * The contract of a value store: personal values that entries only commit to, each with its salt. They can be erased;
 * that they were is itself on record.
 */
import type { LogAct } from '../../workflows/audit/log-act.ts';
import type { Receipt } from './audit.ts';

/** Which value: the entry's index, and where in its details it stands (a JSON pointer). */
export interface ValueName {
  readonly index: number;
  readonly path: string;
}

/** A value beside the log, as it is kept; `value` is null when it was erased. */
export interface KeptValue extends ValueName {
  readonly value: {
    readonly salt: Uint8Array;
    /** Canonical JSON. */
    readonly text: string;
  } | null;
}

export interface Erasure extends ValueName {
  /** What the log says of it. */
  readonly act: LogAct;
}

/** Every method throws a `StoreError` when the store cannot be reached or trusted. */
export interface ValueStore {
  /** Values of entries from index `from` to `to - 1`, in order. */
  values(from: number, to: number): AsyncIterable<KeptValue>;
  /**
   * Erases values with their salts, each in one commit with the entry that says so. MUST be beyond recovery from the store’s
   * own files when it resolves, also those that an earlier call had erased but could not make it forget.
   */
  erase(erasures: readonly Erasure[]): Promise<readonly Receipt[]>;
}

/**
 * The contract of an audit store: one append-only log of facts, in which every entry confirms the one before.
 * The shape of an entry stands in `workflows/audit`.
 */
import type { RunRef } from '../../workflows/ports.ts';
import type { Happening } from '../../workflows/audit/draft.ts';
import { happeningOf, type LogAct } from '../../workflows/audit/log-act.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';

/** A fact and the run it belongs to. Its id follows from the run's chain and the fact's coordinate. */
export interface NewEvent {
  readonly run: Pick<RunRef, 'workflowId' | 'chain' | 'startedAt' | 'caseId' | 'playbook'>;
  readonly fact: StampedFact | Happening['fact'];
  /**
   * A step that ran again may have learnt something else. Then both are kept: the second under the next free variant of
   * its coordinate (`~2`, `~3`, …). Without this, another body under one id is refused, and the refusal recorded.
   */
  readonly mayVary?: boolean;
  /** The log's name from this entry on; only the declaration of a restored copy gives one. */
  readonly renames?: string;
}

export function actEvent(act: LogAct): NewEvent {
  return happeningOf(act);
}

/**
 * Where an event stands. `conflict`: under its id another body was recorded before. The event was NOT recorded;
 * `index` and `leaf` are those of the entry that says so. A caller that depends on the event MUST NOT go on.
 */
export interface Receipt {
  readonly kind: 'recorded' | 'conflict';
  readonly id: string;
  readonly index: number;
  /** Lower-case hex. */
  readonly leaf: string;
}

export interface LogHead {
  /** The log's name, inside every entry. */
  readonly log: string;
  readonly size: number;
  /** Leaf hash of the last entry, lower-case hex; 64 zeros when there is none. */
  readonly leaf: string;
}

export interface StoredEntry {
  readonly index: number;
  /** Canonical JSON as stored and hashed. `readEntry` of `workflows/audit/reading.ts` takes it apart. */
  readonly bytes: Uint8Array;
}

/** Every method throws a `StoreError` when the store cannot be reached or trusted. */
export interface AuditStore {
  /**
   * MUST be durable when it resolves, and MUST store all events in one commit and in order, or none.
   * MUST be safe to repeat: an event recorded before gets its old receipt, in whatever company it comes.
   * MUST NOT interleave with other callers' events inside one call.
   */
  append(events: readonly NewEvent[]): Promise<readonly Receipt[]>;
  head(): Promise<LogHead>;
  /** Entries `from` … `to - 1`, as far as they exist. What is appended while reading may be missing. */
  read(from: number, to: number): AsyncIterable<StoredEntry>;
  /** One run's entries in order, across continue-as-new and reset. */
  byRun(chain: string): AsyncIterable<StoredEntry>;
  /** Finishes what was accepted, then lets go of the file. Later calls throw. */
  close(): Promise<void>;
}

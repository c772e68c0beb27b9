/** What one execution's history is remembered as, once its events have gone by: a few kilobytes, whatever its length. */
import type { Receipt } from '../../workflows/audit/receipt.ts';

export interface Execution {
  readonly workflow: string;
  readonly run: string;
  /** Run id of the first execution; what the record calls a run. */
  readonly chain: string;
  readonly playbook: string;
  readonly caseId: string;
  readonly startedAt: number;
  /** The execution that this one continues, or whose beginning it repeats after a reset. */
  readonly continues: string | null;
  readonly resetFrom: string | null;
  /** Another run id under which what it repeats may have been recorded. */
  readonly original: string;
  readonly close: Close;
  readonly events: number;
  readonly digest: string;
  readonly receipts: readonly HeldReceipt[];
  readonly calls: readonly ConnectorCall[];
  /** Coordinates of notices of which no word came back before the run closed. Absent: none. */
  readonly unanswered?: readonly string[];
  readonly words: readonly Word[];
  /** Spans in which steps were begun and lost, so that Temporal ran them again. */
  readonly losses: readonly Span[];
  /** Since when nothing is known to have been completed; null once the execution closed by its own word. */
  readonly openSince: number | null;
  /** Time of the last step that left no receipt although it records; null when every one did. */
  readonly silentUntil: number | null;
  /** The last event by which the run itself did something. */
  readonly lastStep: number;
  readonly unreadable: readonly Unreadable[];
}

export type Ending = 'completed' | 'failed' | 'cancelled' | 'continued' | 'terminated' | 'timed_out';
export type Close =
  { readonly kind: 'running' } | { readonly kind: Ending; readonly at: number; readonly next: string | null };

export interface HeldReceipt extends Receipt {
  /** The event of the history that holds it. */
  readonly event: number;
}

/** Milliseconds since 1970, both ends within. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One call of a connector, with whatever attempts it took. */
export interface ConnectorCall {
  readonly event: number;
  readonly task: string;
  /** As far as history tells: the attempt that brought the result, or the last that was seen to start. */
  readonly attempts: number | null;
  /** Null: no result is in history. */
  readonly result: {
    readonly kind: string;
    /** Calls made at the provider. */
    readonly made: number;
    readonly witnessed: boolean;
  } | null;
  /** Ids of the facts that were handed to it, to be recorded with its intent. */
  readonly handed: readonly string[];
}

/** Something a person, or whoever took the name, said to the run. */
export interface Word {
  readonly event: number;
  readonly kind: string;
  /** Null where the words could not be read that far. */
  readonly task: string | null;
  readonly by: string | null;
}

export interface Unreadable {
  readonly event: number;
  readonly what: string;
  /** It should have held receipts. */
  readonly matters: boolean;
}

/** The closed list of what a comparison of record and history can find, and of what explains an entry without a receipt. */

/** What each finding means, for whoever reads it without knowing how it was come by. */
export const MEANINGS = {
  entry_lost: 'history holds its receipt, so it was in the log: it was lost or deleted',
  entry_rewritten: 'history holds a receipt for other bytes: this entry, or one before it, was changed later',
  entry_forged: 'nothing in history made it, and nothing explains it: it was put there by somebody else',
  entry_unreadable: 'its bytes are not those of an entry',
  event_in_conflict:
    'one event came with two bodies; the first was kept, and nothing may have followed from the other',
  call_without_intent:
    'a connector was called, and the log holds no intent for it: the intent was removed, or never recorded',
  word_without_entry:
    'somebody answered the run, and no entry counts, refuses or ignores it: an answer was taken out of the log',
  seal_disagrees: 'this is not the history that was sealed: one of the two was changed since',
  sealed_in_disagreement: 'when its history was sealed, record and history disagreed already',
  history_gone_after_sealing:
    'history gone after sealing: its digest and what was compared then stay in the log',
  history_gone_unsealed:
    'no history is left, and none was sealed: only the log itself speaks for these entries',
  payload_unreadable: 'a payload of the history cannot be read, so what it held was not compared',
} as const;
export type FindingKind = keyof typeof MEANINGS;

export interface Finding {
  readonly kind: FindingKind;
  /** False: worth knowing, and nothing speaks of tampering. */
  readonly trouble: boolean;
  readonly workflow: string;
  readonly run: string;
  readonly execution: string | null;
  /** Index in the log. */
  readonly entry: number | null;
  /** Number in the execution's history. */
  readonly event: number | null;
  /** What was found, in one sentence. */
  readonly what: string;
}

/** Makes a finding about the run that is being compared; trouble unless it says otherwise. */
export type Note = (
  kind: FindingKind,
  what: string,
  where?: Partial<Pick<Finding, 'execution' | 'entry' | 'event' | 'trouble'>>,
) => Finding;

/** Enough of a hash to find it by. */
export function short(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}

/** Why an entry may stand in the log although no receipt for it is in history. */
export type Explanation =
  /** An attempt that was tried again: only the last leaves its receipts. */
  | { readonly kind: 'earlier_attempt'; readonly execution: string; readonly attempt: number }
  /** A step that was lost and run again, and learnt something else the second time. */
  | { readonly kind: 'step_again'; readonly execution: string }
  /** A step that was lost; when it was run again, the run took another way. */
  | { readonly kind: 'step_dropped'; readonly execution: string }
  /** The execution was cut off while it was at it, by whom or what is in `how`. */
  | {
      readonly kind: 'cut_off';
      readonly execution: string;
      readonly how: 'terminated' | 'timed_out' | 'reset';
    }
  | { readonly kind: 'under_way'; readonly execution: string }
  /** Recorded by a version that left no receipts. */
  | { readonly kind: 'before_receipts'; readonly execution: string }
  /** The history is gone; when it was sealed, the entry stood in the log and was compared. */
  | { readonly kind: 'sealed'; readonly execution: string }
  | { readonly kind: 'history_gone'; readonly execution: string }
  /** The seal of a history itself. */
  | { readonly kind: 'seal' };
export type ExplanationKind = Explanation['kind'];

export interface Explained {
  readonly entry: number;
  readonly event: string;
  readonly task: string | null;
  readonly why: Explanation;
}

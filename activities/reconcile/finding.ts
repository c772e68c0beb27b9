/** The closed list of what a comparison of record and history can find, and of what explains an entry without a receipt. */

interface Meaning {
  readonly title: string;
  /** For whoever reads it without knowing how it was come by. */
  readonly means: string;
}

export const MEANINGS = {
  entry_lost: {
    title: 'lost or deleted',
    means: 'history holds its receipt, so it was in the log',
  },
  entry_rewritten: {
    title: 'rewritten',
    means: 'history holds a receipt for other bytes: this entry, or one before it, was changed later',
  },
  entry_forged: {
    title: 'forged',
    means: 'nothing in history made it, and nothing explains it: somebody else put it there',
  },
  entry_unreadable: {
    title: 'unreadable',
    means: 'its bytes are not those of an entry',
  },
  event_in_conflict: {
    title: 'in conflict',
    means: 'one event came with two bodies; the first was kept, and nothing may have followed from the other',
  },
  call_without_intent: {
    title: 'connector call without intent',
    means: 'a connector was called, and the log holds no intent for it: it was removed, or never recorded',
  },
  word_without_entry: {
    title: 'answer without entry',
    means:
      'somebody answered the run, and no entry counts, refuses or ignores it: it was taken out of the log',
  },
  seal_disagrees: {
    title: 'not the history that was sealed',
    means: 'history or seal was changed since',
  },
  sealed_in_disagreement: {
    title: 'sealed in disagreement',
    means: 'record and history disagreed already when the history was sealed',
  },
  history_gone_after_sealing: {
    title: 'history gone after sealing',
    means: 'its digest, and what the comparison came to then, stay in the log',
  },
  history_gone_unsealed: {
    title: 'history gone, never sealed',
    means: 'only the log itself speaks for these entries',
  },
  payload_unreadable: {
    title: 'unreadable payload',
    means: 'what it held was not compared',
  },
} as const satisfies { readonly [kind: string]: Meaning };
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

/** One line: where, what, what exactly, and what it means. */
export function tell({ kind, workflow, run, execution, entry, event, what }: Finding): string {
  const { title, means } = MEANINGS[kind];
  const part =
    event === null ? '' : `, event ${event}${execution === run ? '' : ` of execution ${execution ?? ''}`}`;
  const where = workflow === '' ? '' : ` (${workflow}, run ${run}${part})`;
  return `${entry === null ? '' : `entry ${entry}: `}${title}${where}: ${what}; ${means}`;
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

/**
 * The contract of a store of working papers: what claims, cards and plans keep of a run beside the record, and that may
 * be erased once nobody needs it. What stays of a claim is all that keeps its effect from being made a second time.
 */
import type { LogAct } from '../../workflows/audit/log-act.ts';
import type { DocumentKind } from './documents.ts';

/** Documents that say what was done to whom. The others are the record's own, or everybody's. */
export type PaperKind = Extract<DocumentKind, 'card' | 'plan' | 'saved'>;

export interface PaperName {
  readonly kind: PaperKind;
  readonly digest: string;
}

/** What of one run shall go. The caller knows that the run is over. */
export interface PapersErasure {
  readonly chain: string;
  /** Of claims; those that another run holds by now are left alone. */
  readonly keys: readonly string[];
  readonly documents: readonly PaperName[];
  /** Also what an undo would need that is still possible. Without it such a claim refuses the whole. */
  readonly loseUndo: boolean;
  /** What the log says of it. */
  readonly act: (erased: PapersErased) => LogAct;
}

export interface PapersErased {
  /** Claims whose output is gone. */
  readonly outputs: number;
  /** Effects of which it is no longer known how it was before. */
  readonly saved: number;
  readonly cards: number;
  readonly plans: number;
  /** Tasks that can no longer be undone. */
  readonly undoLost: readonly string[];
}

export type PapersAnswer =
  | ({ readonly kind: 'erased' } & PapersErased)
  | { readonly kind: 'nothing' }
  /** These tasks can still be undone. Nothing was erased. */
  | { readonly kind: 'undoable'; readonly tasks: readonly string[] };

/** Every method throws a `StoreError` when the store cannot be reached or trusted. */
export interface PaperStore {
  /**
   * One answer each, in order. Each in one commit with the entry that says so; all MUST be beyond recovery from the store's
   * own files when it resolves. A saved state that a claim of another run names as well MUST stay. A claim MUST answer as
   * before, but without its output.
   */
  erasePapers(erasures: readonly PapersErasure[]): Promise<readonly PapersAnswer[]>;
}

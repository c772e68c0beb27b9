/**
 * What a run is given: the compiled playbook. Frozen, plain JSON, free of faults; its digest names it.
 * It lies in the run's history from the start, so a later edit of the YAML cannot touch the run.
 */
import type { Json } from './json.ts';
import type { ContextVariable, Join, KeyScope, Need, OnFailure, Retry, Severity } from './playbook.ts';

export const PLAN_VERSION = 1;

/** A value that may hold expressions. Evaluated once, in a single pass; results are never parsed again. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  /** The whole string was one `{{ … }}`: the value keeps its type. */
  | { readonly kind: 'expression'; readonly cel: string }
  /** Expressions inside text: the result is a string. */
  | { readonly kind: 'text'; readonly parts: readonly (string | { readonly cel: string })[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: Template])[] };

/**
 * A: undone exactly. B: undone with loss. C: cannot be undone. none: nothing is changed.
 */
export type Reversibility = 'none' | 'A' | 'B' | 'C';

/** What makes a second call harmless: the action itself, a marker it can look for, or nothing. */
export type Repeat = 'natural' | 'marker' | 'none';

/** What became, or would become, of one task of a run that is taken back. */
export interface UndoItem {
  readonly task: string;
  readonly type: string;
  readonly connector: string | null;
  readonly reversibility: Reversibility;
  /**
   * to_undo: this plan takes it back. stands: it could be, and was not asked for. undone: it was, before.
   * cannot: its effect stays. open: nobody knows yet whether there is one. nothing: there is none.
   */
  readonly state: 'to_undo' | 'stands' | 'undone' | 'cannot' | 'open' | 'nothing';
  /** What will be so afterwards, with the loss; or why it is not taken back. */
  readonly says: string;
}

export interface UndoOutline {
  readonly workflowId: string;
  readonly chain: string;
  readonly playbook: string;
  /** In the order in which they are taken back, then what is not. */
  readonly items: readonly UndoItem[];
}

export interface PlannedTask {
  readonly name: string;
  readonly type: string;
  readonly layer: number;
  readonly needs: readonly Need[];
  readonly join: Join;
  readonly when: Template | null;
  /** Always a template of kind `object`, or `literal` holding an object. */
  readonly inputs: Template;
  readonly approvalRequired: boolean;
  readonly key: { readonly template: Template; readonly scope: KeyScope } | null;
  readonly retry: Retry;
  /** One attempt's limit. */
  readonly timeoutMs: number;
  /** How long people may take; see `TaskDefinition.expiresMs`. */
  readonly expiresMs: number;
  /** Null when no installed connector performs this type: such a plan can be shown and rehearsed, not run. */
  readonly connector: string | null;
  readonly reversibility: Reversibility;
  readonly repeat: Repeat;
}

export interface Plan {
  readonly v: typeof PLAN_VERSION;
  readonly playbook: {
    readonly id: string;
    readonly version: string;
    readonly description: string;
    readonly severity: Severity;
    readonly tags: readonly string[];
  };
  readonly walk: 'layers' | 'ready';
  readonly context: { readonly [name: string]: ContextVariable };
  /** In declaration order. */
  readonly tasks: readonly PlannedTask[];
  /** Task names: layer 0 in declaration order, later layers in the order their last need was released. */
  readonly layers: readonly (readonly string[])[];
  /** Present where the run takes another one back. */
  readonly undo?: UndoOutline;
  /** What a run that failed does. Absent: nothing. */
  readonly onFailure?: OnFailure;
}

/** A plan with the SHA-256 (lower-case hex) of its canonical JSON. */
export interface SealedPlan {
  readonly plan: Plan;
  readonly digest: string;
}

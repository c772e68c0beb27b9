/**
 * What an author wrote, after parsing and before compiling: shape is right, meaning is not yet checked.
 * `parse.ts` makes it, `compile.ts` turns it into a `Plan`.
 */
import type { Json } from './json.ts';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** The types a context variable may declare. `email` is a string that must be one mail address. */
export type ContextType = 'string' | 'email' | 'integer' | 'number' | 'boolean' | 'list' | 'object';

export interface ContextVariable {
  readonly type: ContextType;
  readonly description?: string;
  readonly required: boolean;
  readonly default?: Json;
}

/** The ways a task can end. Each is explained in `walk/outcome.ts`. */
export const STATUSES = [
  'completed',
  'failed',
  'denied',
  'rejected',
  'expired',
  'blocked',
  'skipped',
  'cancelled',
  'indeterminate',
  'action_required',
] as const;
export type Status = (typeof STATUSES)[number];

/**
 * One need. Without `on` the plain rule holds: the task must be reached (completed, or already done
 * under its key), and one skipped by its own condition is passed over. With `on`, the listed statuses
 * satisfy it and nothing else does.
 */
export interface Need {
  readonly task: string;
  readonly on?: readonly Status[];
}

/** How many needs must be met: all (none missed, at least one met), any one, or a number. */
export type Join = 'all' | 'any' | number;

/** Error classes an author may retry on. `unknown` is retried only where the action declares repeats safe. */
export const RETRY_CLASSES = ['rate_limited', 'unavailable', 'unknown'] as const;
export type RetryClass = (typeof RETRY_CLASSES)[number];

export interface Retry {
  readonly attempts: number;
  readonly backoffMs: number;
  readonly on: readonly RetryClass[];
}

export type KeyScope = 'run' | 'case' | 'playbook' | 'global';

export interface TaskDefinition {
  readonly name: string;
  readonly type: string;
  readonly needs: readonly Need[];
  readonly join: Join;
  readonly when?: string | boolean;
  readonly inputs: { readonly [name: string]: Json };
  readonly approvalRequired: boolean;
  /** Raw text, may hold `{{ … }}`. */
  readonly idempotencyKey?: { readonly key: string; readonly scope: KeyScope };
  readonly retry?: Partial<Retry>;
  readonly timeoutMs?: number;
  readonly provider?: string;
  /** How long people may take over this task (approve, confirm, settle) before silence means no. */
  readonly expiresMs?: number;
}

/** What a run does once it has failed. */
export const ON_FAILURE = ['keep', 'undo'] as const;
export type OnFailure = 'undo';

export interface Playbook {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  readonly context: { readonly [name: string]: ContextVariable };
  readonly walk: 'layers' | 'ready';
  /** Absent: what was done stays done. */
  readonly onFailure?: OnFailure;
  /** In declaration order. */
  readonly tasks: readonly TaskDefinition[];
}

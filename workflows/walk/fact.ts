/**
 * The closed list of things worth remembering about a run. A fact is what happened; an audit entry
 * (workflows/audit) is the fact as it is kept. Details carry digests, names, rule ids and reasons, never
 * inputs, outputs or secrets.
 */
import type { JsonObject } from '../language/json.ts';

/** The eighteen names the audit record has always used, then ours. */
export const EVENTS = [
  'playbook_started',
  'playbook_completed',
  'dag_validated',
  'dag_validation_failed',
  'layer_started',
  'layer_completed',
  'task_created',
  'task_started',
  'task_completed',
  'task_failed',
  'task_waiting_approval',
  'task_approved',
  'task_skipped_idempotent',
  'policy_checked',
  'policy_check_error',
  'task_policy_failed',
  'connector_called',
  'connector_error',
  /** The call is about to be made. Durable before it is. */
  'connector_intent',
  'task_skipped_condition',
  /** Policy allows it, but not yet. */
  'task_delayed',
  'task_blocked',
  'task_rejected',
  'task_expired',
  'task_cancelled',
  'task_indeterminate',
  'task_action_required',
  /** A person or a poll confirmed that the last step was done. */
  'task_confirmed',
  /** A person settled an indeterminate task. */
  'task_resolved',
  /** A vote that counts, on the way to its quorum. */
  'vote_counted',
  'vote_refused',
  /** Nobody could say whose vote it is; it is weighed again. */
  'vote_deferred',
  'vote_withdrawn',
  'approvers_told',
  /** One person acted alone, in an emergency; nobody can again before somebody else has looked at it. */
  'glass_broken',
  'glass_reviewed',
  /** What was approved, or was to be, no longer stands; people are asked anew. */
  'card_superseded',
  /** A signal that could not be read, or that answers nothing open. */
  'message_ignored',
  'key_conflict',
  'run_continued',
  'run_cancelled',
  /** Temporal's history of one execution of the run, closed and compared with the record. Not of the walk's making. */
  'history_sealed',
] as const;
export type EventName = (typeof EVENTS)[number];

/** Facts that the same task, or the run, may leave more than once. */
export const RECURRING: ReadonlySet<EventName> = new Set([
  'task_delayed',
  'vote_counted',
  'vote_refused',
  'vote_deferred',
  'vote_withdrawn',
  'card_superseded',
  'message_ignored',
  'run_continued',
]);

/** Facts of one layer: its number tells them apart, without which each would have to be told from all before it. */
export const OF_LAYER: ReadonlySet<EventName> = new Set(['layer_started', 'layer_completed']);

export interface Fact {
  readonly event: EventName;
  /** Null for facts of the run as a whole. */
  readonly task: string | null;
  readonly details: JsonObject;
}

/**
 * A fact with its identity: a coordinate that is the same on every retry and every replay. With the run's
 * chain and the details it makes the event id. `at` is workflow time, milliseconds since 1970; it is not part
 * of the identity, because a step that Temporal runs again has a later time.
 */
export interface StampedFact extends Fact {
  readonly at: number;
  readonly coordinate: string;
}

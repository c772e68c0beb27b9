/** The fact that says how a task ended, and its reverse: a run told again from its facts alone. */
import type { JsonObject } from '../language/json.ts';
import { STATUSES, type Status } from '../language/playbook.ts';
import type { EventName, Fact } from './fact.ts';
import { runStatus, type Outcome, type RunStatus } from './outcome.ts';

interface Ending {
  readonly event: EventName;
  readonly details: JsonObject;
}

const EVENT_OF: { readonly [status in Status]: EventName } = {
  completed: 'task_completed',
  failed: 'task_failed',
  denied: 'task_policy_failed',
  rejected: 'task_rejected',
  expired: 'task_expired',
  blocked: 'task_blocked',
  skipped: 'task_skipped_idempotent',
  cancelled: 'task_cancelled',
  indeterminate: 'task_indeterminate',
  action_required: 'task_action_required',
};

export function endOf(outcome: Outcome): Ending {
  const { status } = outcome;
  const event = EVENT_OF[status];
  switch (status) {
    case 'completed':
      return {
        event,
        details: { status, ...(outcome.settledBy ? { settled_by: outcome.settledBy.by } : {}) },
      };
    case 'skipped':
      return outcome.why === 'already_done'
        ? { event, details: { status, why: outcome.why } }
        : { event: 'task_skipped_condition', details: { status, why: outcome.why } };
    case 'failed':
    case 'indeterminate':
      return { event, details: { status, ...outcome.fault } };
    case 'denied':
      return { event, details: { status, rules: outcome.verdict.rules.map((rule) => rule.id) } };
    case 'rejected': {
      const { by, reason, assurance } = outcome.person;
      return { event, details: { status, by, reason, assurance } };
    }
    case 'blocked':
      return { event, details: { status, by: outcome.by.map((need) => ({ ...need })) } };
    case 'expired':
    case 'cancelled':
    case 'action_required':
      return { event, details: { status } };
    default:
      return outcome satisfies never;
  }
}

export interface Summary {
  readonly status: RunStatus | 'running';
  readonly tasks: { readonly [task: string]: Status | 'pending' };
}

const isStatus = (value: unknown): value is Status => (STATUSES as readonly unknown[]).includes(value);

/** Facts to summary. A fact ends its task when its details carry the status; the last one holds. */
export function fold(facts: Iterable<Fact>): Summary {
  const tasks: { [task: string]: Status | 'pending' } = Object.create(null) as {
    [task: string]: Status | 'pending';
  };
  let over = false;
  for (const { event, task, details } of facts) {
    if (event === 'playbook_completed') over = true;
    if (task === null) continue;
    if (event === 'task_created') tasks[task] = 'pending';
    const status = details['status'];
    if (isStatus(status)) tasks[task] = status;
  }
  const ended = Object.values(tasks).filter((status) => status !== 'pending');
  return { status: over ? runStatus(ended) : 'running', tasks };
}

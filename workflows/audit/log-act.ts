/**
 * What happens to the log as a whole and not within a run of a playbook: its own acts form a run of their own, so that
 * they are numbered, linked and checked like any other.
 */
import type { Happening } from './draft.ts';

/** The chain of the log's own acts. Runs of playbooks have a UUID there, so no run can take the name. */
export const LOG_RUN = '@log';

export const LOG_EVENTS = [
  /** A worker began to write after the log was silent: from here on there are signs of life again. */
  'log_opened',
  /** Nothing happened, and the log was there: without it a cut end would look like a quiet night. */
  'log_heartbeat',
  /** A new signing key, certified by the one before. */
  'key_rotated',
  /** The log goes on from a copy that lacks entries which were published. */
  'log_restored',
  /** A personal value was erased: which, why, and by whose authority. */
  'value_erased',
  /** Working papers of a run were erased: what of them, why, and by whose authority. */
  'papers_erased',
  /** Another policy set is enforced from here on. */
  'policy_activated',
] as const;
export type LogEvent = (typeof LOG_EVENTS)[number];

export interface LogAct {
  readonly event: LogEvent;
  readonly details: { readonly [name: string]: unknown };
  /** Milliseconds since 1970. A repeat of the same act MUST carry the same time. */
  readonly at: number;
  /** What the act is about; with its time this names it. */
  readonly about: string;
}

export function happeningOf({ event, details, at, about }: LogAct): Happening {
  return {
    run: { workflowId: '', chain: LOG_RUN, startedAt: at, caseId: '', playbook: '' },
    fact: { event, task: null, details, at, coordinate: `${event}/${about}` },
  };
}

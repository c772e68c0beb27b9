/**
 * What is known of a run at any moment: plain data, so that a query can read it and a continued run can
 * carry it over. The walk writes it; nobody else does.
 */
import type { JsonObject } from '../language/json.ts';
import type { Plan } from '../language/plan.ts';
import type { Approval, Call, Card, Glass, Judgement, Message, Question } from '../ports.ts';
import type { Fault, Outcome, RunStatus } from './outcome.ts';

export type Decided = Extract<Judgement, { readonly kind: 'decided' }>;

/** A task that waits for a person keeps here all it needs to go on, also in a continued run. */
export type Waiting =
  | {
      readonly kind: 'approval';
      readonly question: Question;
      readonly card: Card;
      readonly approvals: readonly Approval[];
      /** How many of the card's reminders are out. */
      readonly reminded?: number;
      /** Evidence of every approval that counted here, standing or taken back: none of it counts a second time. */
      readonly spent?: readonly string[];
    }
  | {
      readonly kind: 'confirmation';
      readonly call: Call;
      readonly instructions: string;
      readonly onceDone: JsonObject;
      readonly since: number;
      readonly until: number;
      readonly polls: number;
    }
  /** The task is over; what was done without a quorum is to be looked at. */
  | { readonly kind: 'review'; readonly glass: Glass; readonly by: string }
  /** Policy lets it run, but not yet. */
  | { readonly kind: 'delay'; readonly question: Question; readonly until: number }
  | {
      readonly kind: 'settlement';
      readonly call: Call;
      readonly fault: Fault;
      readonly since: number;
      readonly until: number;
    };

/** A word that could not be weighed when it came, and when to try again. */
export interface Deferred {
  readonly message: Message;
  readonly tries: number;
  readonly at: number;
}

export interface TaskRecord {
  outcome: Outcome | null;
  phase: 'pending' | 'running' | 'waiting';
  waiting: Waiting | null;
  /** Absent while there are none. */
  deferred?: readonly Deferred[];
  /** Approved, and nothing done yet: those who approved may still take it back. */
  revocable?: boolean;
  /** Set while a use of break-glass has not been reviewed. */
  unreviewed?: { readonly glass: Glass; readonly by: string };
  /** Resolved inputs; null until they were. */
  inputs: JsonObject | null;
  key: string | null;
  approvedBy: readonly string[];
  attempts: number;
  rules: readonly string[];
  /** Workflow times, milliseconds. */
  startedAt: number | null;
  settledAt: number | null;
}

export interface RunState {
  readonly tasks: { [name: string]: TaskRecord };
  /** How often each fact that may recur has occurred; see `recorder.ts`. */
  readonly recurred: { [coordinate: string]: number };
  /** Whether the opening facts are out. */
  opened: boolean;
  /** Layers that have been announced, and tasks still unsettled in each. */
  readonly layers: { announced: boolean; left: number }[];
  startedAt: number;
  /** Digest of the policy set of the run's first verdict. Runs carried over from older versions have none. */
  policySet?: string;
  /** Set once the run has failed and what it did is taken back. */
  undo?: { readonly workflowId: string; readonly status: UndoStatus };
}

/** How the undo of a failed run stands: as a run, or why there is none to speak of. */
export type UndoStatus =
  | RunStatus
  | 'running'
  | 'waiting'
  | 'nothing_to_undo'
  | 'under_way_already'
  | 'refused'
  /** Terminated, timed out, or failed by a mistake of ours: look at it. */
  | 'ended';

export function freshState(plan: Plan, now: number): RunState {
  const tasks: { [name: string]: TaskRecord } = Object.create(null) as { [name: string]: TaskRecord };
  for (const task of plan.tasks)
    tasks[task.name] = {
      outcome: null,
      phase: 'pending',
      waiting: null,
      inputs: null,
      key: null,
      approvedBy: [],
      attempts: 0,
      rules: [],
      startedAt: null,
      settledAt: null,
    };
  const layers = plan.layers.map((layer) => ({ announced: false, left: layer.length }));
  return { tasks, recurred: {}, opened: false, layers, startedAt: now };
}

/** Throws for a name the plan does not have: that is our own mistake, never an author's. */
export function recordOf(state: RunState, task: string): TaskRecord {
  const record = state.tasks[task];
  if (record === undefined) throw new Error(`no task named ${task} in this plan`);
  return record;
}

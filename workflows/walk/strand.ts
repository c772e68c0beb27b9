/** What one task's story is told with: the plan, the run, the world, and where things are written down. */
import type { PlannedTask } from '../language/plan.ts';
import type { Json } from '../language/json.ts';
import type { Message, Ports, RunRef, Weighed } from '../ports.ts';
import type { Outcome, Person } from './outcome.ts';
import type { Recorder } from './recorder.ts';
import type { TaskRecord, Waiting } from './state.ts';

export interface Strand {
  readonly task: PlannedTask;
  readonly run: RunRef;
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly record: TaskRecord;
  /** Values an expression may name: context, `case_id`, `run`, and the tasks settled so far. */
  readonly scope: (root: string) => Json | undefined;
  /** The task now waits for a person, or no longer does. The walk counts who is running by this. */
  readonly wait: (waiting: Waiting | null) => void;
  /** Digest of the policy set that first let a task of the run go on; null before that. */
  readonly pin: () => string | null;
  /** The first set to judge a task of the run stays its set. */
  readonly pinTo: (policySet: string) => void;
}

/** Null: the run is being continued elsewhere, and this task keeps its place. */
export type Story = Outcome | null;

/** Why a message cannot be used by what is open now. */
export const MISFITS = {
  late: 'time was up before this was heard',
  other_card: 'the digest is not that of the open card',
  voted_already: 'this person has already approved this card',
  proof_spent: 'this proof belongs to an approval that was taken back; approve anew, with another one',
  nothing_to_withdraw: 'this person has no approval on this card',
  enough: 'enough persons have approved this card already',
  not_yet: 'this task waits for its time, and for nobody',
  not_a_review: 'this task waits for review',
  not_an_approval: 'this task waits for approve or reject',
  not_a_confirmation: 'this task waits for confirm',
  not_a_settlement: 'this task waits for resolve',
} as const;
export type Misfit = keyof typeof MISFITS;

export type Counted = Extract<Weighed, { readonly kind: 'counts' }>;

export interface Word {
  readonly kind: 'word';
  readonly message: Message;
  readonly person: Person;
  readonly weighed: Counted;
}

/** What one wait can use. */
export interface Ear {
  /** A word heard at or after this time is late. */
  readonly deadline: number;
  /** Before anybody asks whose word it is. */
  usable(message: Message): Misfit | null;
  /** Once it is known; absent where it makes no difference. */
  admits?(message: Message, weighed: Counted): Misfit | null;
}

export type Listened =
  | Word
  | { readonly kind: 'superseded'; readonly code: string; readonly reason: string }
  | { readonly kind: 'time' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'suspend' };

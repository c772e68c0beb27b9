/** What one task's story is told with: the plan, the run, the world, and where things are written down. */
import type { PlannedTask } from '../language/plan.ts';
import type { Json } from '../language/json.ts';
import type { Message, Ports, RunRef } from '../ports.ts';
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
const MISFITS = {
  late: 'time was up before this was heard',
  other_card: 'the digest is not that of the open card',
  voted_already: 'this person has already approved this card',
  not_an_approval: 'this task waits for approve or reject',
  not_a_confirmation: 'this task waits for confirm',
  not_a_settlement: 'this task waits for resolve',
} as const;
export type Misfit = keyof typeof MISFITS;

export type Word = { readonly kind: 'word'; readonly message: Message; readonly person: Person };

/**
 * Waits until someone whose word counts says something this wait can use, or time is up. Words that do
 * not count leave their fact and change nothing; nor does a word heard at or after `deadline`.
 */
export async function listen(
  strand: Strand,
  until: number,
  deadline: number,
  usable: (message: Message) => Misfit | null,
): Promise<Word | { readonly kind: 'time' } | { readonly kind: 'cancelled' } | { readonly kind: 'suspend' }> {
  const { ports, recorder, record, task } = strand;
  for (;;) {
    const heard = await ports.hear(task.name, until);
    if (heard.kind !== 'message') return heard;
    const { message } = heard;
    const refuse = (code: string, reason: string): void => {
      recorder.announce(task.name, 'vote_refused', { kind: message.kind, by: message.by, code, reason });
      // Still waiting, but with something to record: the task may not speak again for days.
      strand.wait(record.waiting);
      heard.reply({ counted: false, code, reason });
    };
    const misfit = ports.now() >= deadline ? 'late' : usable(message);
    if (misfit !== null) {
      refuse(misfit, MISFITS[misfit]);
      continue;
    }
    const card = record.waiting?.kind === 'approval' ? record.waiting.card : null;
    const weighed = await recorder.carry(task.name, (facts) => ports.weigh(message, card, facts));
    if (weighed.kind === 'refused') {
      refuse(weighed.code, weighed.reason);
      continue;
    }
    heard.reply({ counted: true, code: message.kind, reason: `${message.kind} of ${task.name} was taken` });
    const person = { by: weighed.by, reason: message.reason, assurance: weighed.assurance };
    return { kind: 'word', message, person };
  }
}

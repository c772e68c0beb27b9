/**
 * When a person must finish: the last step that no interface can do (`action_required`), or the fate of a
 * call nobody could learn (`indeterminate`). Both wait, and both end as what they are when nobody comes.
 */
import type { JsonObject } from '../language/json.ts';
import type { Call, Settled } from '../ports.ts';
import type { Person } from './outcome.ts';
import type { Waiting } from './state.ts';
import { listen } from './listen.ts';
import type { Story, Strand } from './strand.ts';

const FIRST_POLL_MS = 15_000;
const SLOWEST_POLL_MS = 5 * 60_000;

/** Polls lengthen by half each time: a day of waiting costs about 300 of them. */
export function pollDelay(polls: number, firstMs: number): number {
  return Math.round(Math.min(firstMs * 1.5 ** Math.min(polls, 30), SLOWEST_POLL_MS));
}

/** Asks whether the step is done, by poll or by a person's `confirm`, until the task's time is up. */
export async function awaitConfirmation(strand: Strand): Promise<Story> {
  const { ports, recorder, record, task } = strand;
  const first = ports.pollMs() ?? FIRST_POLL_MS;
  for (;;) {
    const waiting = waitingFor(record.waiting, 'confirmation');
    const next = Math.min(waiting.until, ports.now() + pollDelay(waiting.polls, first));
    const heard = await listen(strand, next, {
      deadline: waiting.until,
      usable: ({ kind }) => (kind === 'confirm' ? null : 'not_a_confirmation'),
    });
    switch (heard.kind) {
      case 'suspend':
        return null;
      case 'cancelled':
        return leave(strand, waiting.call, { status: 'cancelled' });
      case 'superseded':
        throw new Error('a last step has no card that could be superseded');
      case 'word':
        recorder.note(task.name, 'task_confirmed', { ...heard.person, how: 'person' });
        return reach(strand, waiting.call, waiting.onceDone, heard.person);
      case 'time':
        break;
    }
    const output = await ports.check(waiting.call);
    if (output !== null) {
      recorder.note(task.name, 'task_confirmed', { how: 'poll' });
      return reach(strand, waiting.call, output);
    }
    if (ports.now() >= waiting.until)
      return leave(strand, waiting.call, { status: 'action_required', instructions: waiting.instructions });
    strand.wait({ ...waiting, polls: waiting.polls + 1 });
  }
}

/** Waits for a person to say what became of the call. Never calls again by itself. */
export async function awaitSettlement(strand: Strand): Promise<Story> {
  const { recorder, record, task } = strand;
  const waiting = waitingFor(record.waiting, 'settlement');
  const heard = await listen(strand, waiting.until, {
    deadline: waiting.until,
    usable: ({ kind }) => (kind === 'resolve' ? null : 'not_a_settlement'),
  });
  switch (heard.kind) {
    case 'suspend':
      return null;
    case 'superseded':
      throw new Error('a settlement has no card that could be superseded');
    // The claim stays as it is: what nobody settled must not be tried again by another run.
    case 'cancelled':
    case 'time':
      strand.wait(null);
      return { status: 'indeterminate', fault: waiting.fault };
    case 'word': {
      const { message, person } = heard;
      if (message.kind !== 'resolve') throw new Error('a settlement was heard that resolves nothing');
      recorder.note(task.name, 'task_resolved', { ...person, result: message.result });
      if (message.result === 'completed') return reach(strand, waiting.call, message.output, person);
      return leave(strand, waiting.call, { status: 'failed', fault: waiting.fault, settledBy: person });
    }
    default:
      return heard satisfies never;
  }
}

async function reach(strand: Strand, call: Call, output: JsonObject, settledBy?: Person): Promise<Story> {
  await close(strand, call, { kind: 'completed', output });
  return settledBy === undefined
    ? { status: 'completed', output }
    : { status: 'completed', output, settledBy };
}

async function leave(strand: Strand, call: Call, outcome: NonNullable<Story>): Promise<Story> {
  await close(strand, call, { kind: 'failed' });
  return outcome;
}

async function close(strand: Strand, call: Call, settled: Settled): Promise<void> {
  strand.wait(null);
  await strand.recorder.carry(strand.task.name, (facts) => strand.ports.settle(call, settled, facts));
}

function waitingFor<K extends Waiting['kind']>(
  waiting: Waiting | null,
  kind: K,
): Extract<Waiting, { kind: K }> {
  if (waiting?.kind !== kind) throw new Error(`expected an open ${kind}`);
  return waiting as Extract<Waiting, { kind: K }>;
}

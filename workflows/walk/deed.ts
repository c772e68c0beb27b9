/** Stations 6 and 7: the call itself, and what came of it. */
import type { Call, Question, Result } from '../ports.ts';
import { awaitConfirmation, awaitSettlement } from './handover.ts';
import type { Decided } from './state.ts';
import type { Story, Strand } from './strand.ts';

/** Station 6: claim the key and do it, once. The port records intent before, and result after. */
export async function act(
  strand: Strand,
  question: Question,
  decided: Decided,
  card: string | null,
): Promise<Story> {
  const { task, recorder, ports, record } = strand;
  const call: Call = {
    question,
    inputsDigest: decided.inputsDigest,
    targets: decided.targets,
    label: decided.label,
    rules: record.rules,
    card,
    retry: task.retry,
    timeoutMs: task.timeoutMs,
  };
  recorder.note(task.name, 'task_started', { type: task.type, connector: question.connector });
  record.startedAt = ports.now();
  const result = await recorder.carryOwn(task.name, async (facts): Promise<Result> => {
    if (!ports.cancelled()) return ports.act(call, facts);
    // Cancelled while earlier facts were on their way: nothing was sent, so nothing is in doubt.
    await ports.record(facts);
    return { kind: 'cancelled' };
  });
  if ('attempts' in result) record.attempts = result.attempts;
  return outcomeOf(strand, call, result);
}

/** Station 7: what came of it. */
function outcomeOf(strand: Strand, call: Call, result: Result): Story | Promise<Story> {
  const { ports, recorder, task } = strand;
  const since = ports.now();
  const until = since + task.expiresMs;
  switch (result.kind) {
    case 'done':
      return { status: 'completed', output: result.output };
    case 'already_done':
      return { status: 'skipped', why: 'already_done', output: result.output };
    case 'failed':
      return { status: 'failed', fault: result.fault };
    case 'cancelled':
      return { status: 'cancelled' };
    case 'denied':
      return { status: 'denied', verdict: result.verdict };
    case 'action_required': {
      const { instructions, onceDone } = result;
      strand.wait({ kind: 'confirmation', call, instructions, onceDone, since, until, polls: 0 });
      recorder.announce(task.name, 'task_action_required', { expires_at: until });
      return awaitConfirmation(strand);
    }
    case 'indeterminate':
      strand.wait({ kind: 'settlement', call, fault: result.fault, since, until });
      recorder.announce(task.name, 'task_indeterminate', { ...result.fault, expires_at: until });
      return awaitSettlement(strand);
    default:
      return result satisfies never;
  }
}

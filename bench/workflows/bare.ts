/**
 * What somebody would write by hand who only wants the connector called: no policy, no facts of the run, no
 * messages. It calls the very activity that a playbook's task calls, with its claim, its intent and its result.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { RemoteActivities } from '../../workflows/activities.ts';
import type { Call, RunRef } from '../../workflows/ports.ts';

export interface BareInput {
  readonly run: Omit<RunRef, 'workflowId' | 'chain' | 'runId' | 'startedAt'>;
  /** Every task makes this call, under its own name. */
  readonly call: Call;
  readonly tasks: readonly string[];
}

/** The activity gives signs of life, so somebody listens for them, as for a playbook's task. */
const { act } = proxyActivities<RemoteActivities>({
  startToCloseTimeout: '45 seconds',
  heartbeatTimeout: '6 seconds',
});

/** One after the other. Returns how many were done. */
export async function chain(input: BareInput): Promise<number> {
  for (const task of input.tasks) await perform(input, task);
  return input.tasks.length;
}

/** All at once. */
export async function layer(input: BareInput): Promise<number> {
  await Promise.all(input.tasks.map((task) => perform(input, task)));
  return input.tasks.length;
}

export { empty } from './empty.ts';

async function perform({ run, call }: BareInput, task: string): Promise<void> {
  const { workflowId, runId, firstExecutionRunId, startTime } = workflowInfo();
  const result = await act({
    run: { ...run, workflowId, chain: firstExecutionRunId, runId, startedAt: startTime.getTime() },
    facts: [],
    call: { ...call, question: { ...call.question, task } },
    at: Date.now(),
  });
  if (result.kind !== 'done') throw new Error(`${task} ended as ${result.kind}`);
}

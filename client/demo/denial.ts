/** The same playbook on an account that no playbook may touch: what policy says, and that nothing is done. */
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Playground } from '../playground/playground.ts';
import { workflowIdFor } from '../runs/names.ts';

export interface Denial {
  readonly account: string;
  readonly task: string;
  readonly reason: string;
  readonly rules: readonly string[];
}

/** Null when nothing was denied, which would be a fault of the policies. */
export async function showDenial(
  { client, config }: Playground,
  playbook: string,
  caseId: string,
  account: string,
  requestedBy: string,
): Promise<Denial | null> {
  const report = (await client.workflow.execute(playbook, {
    workflowId: workflowIdFor(playbook, caseId),
    taskQueue: config.taskQueue,
    args: [{ case_id: caseId, context: { target_email: account }, options: { requested_by: requestedBy } }],
  })) as RunReport;
  const denied = Object.values(report.tasks).find(({ status }) => status === 'denied');
  if (denied === undefined) return null;
  const { task_name: task, reason, rules } = denied;
  return { account, task, reason: reason ?? '', rules };
}

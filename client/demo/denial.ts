/** The same playbook on an asset that no playbook may touch: what policy says, and that nothing is done. */
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Playground } from '../playground/playground.ts';
import { workflowIdFor } from '../runs/names.ts';
import type { Scenario } from './scenario.ts';

export interface Denial {
  readonly asset: string;
  readonly task: string;
  readonly reason: string;
  readonly rules: readonly string[];
}

/** Null when nothing was denied, which would be a fault of the policies. */
export async function showDenial(
  { client, config }: Playground,
  { playbook, forbidden }: Pick<Scenario, 'playbook' | 'forbidden'>,
  caseId: string,
  requestedBy: string,
): Promise<Denial | null> {
  const report = (await client.workflow.execute(playbook, {
    workflowId: workflowIdFor(playbook, caseId),
    taskQueue: config.taskQueue,
    args: [{ case_id: caseId, context: forbidden.context, options: { requested_by: requestedBy } }],
  })) as RunReport;
  const denied = Object.values(report.tasks).find(({ status }) => status === 'denied');
  if (denied === undefined) return null;
  const { task_name: task, reason, rules } = denied;
  return { asset: forbidden.asset, task, reason: reason ?? '', rules };
}

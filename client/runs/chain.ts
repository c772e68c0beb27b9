/** The run's first execution, which stays the same however often it continues. */
import type { Client } from '@temporalio/client';

export async function chainOf(client: Client, workflowId: string): Promise<string> {
  const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.firstRunId || runId;
}

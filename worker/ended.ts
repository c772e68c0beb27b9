/** Whether the server says that a run is over: also of one that was terminated, and so left no end in the record. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** Throws when the server cannot be asked. A run it does not know any more is over. */
export async function hasEnded(client: Client, workflowId: string, chain: string): Promise<boolean> {
  try {
    const { status, runId, raw } = await client.workflow.getHandle(workflowId).describe();
    return status.name !== 'RUNNING' || (raw.workflowExecutionInfo?.firstRunId || runId) !== chain;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

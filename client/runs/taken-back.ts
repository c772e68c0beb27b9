/** What became of a run afterwards: the undos of it that Temporal still knows of, task by task. */
import type { Client } from '@temporalio/client';
import { undoIdFor } from '../../workflows/language/reserved.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { readRun } from './read.ts';

export interface TakenBack {
  /** Task of the run. */
  readonly task: string;
  /** How its undo stands: `completed` where it was taken back. */
  readonly status: string;
  /** The undo's workflow id. */
  readonly undo: string;
}

/** What was taken back once stays so, whatever a later undo says of it. */
export async function takenBackOf(client: Client, workflowId: string): Promise<readonly TakenBack[]> {
  const undo = undoIdFor(workflowId);
  const found = new Map<string, TakenBack>();
  for (const report of await undosOf(client, undo))
    for (const { inputs, status } of Object.values(report.tasks)) {
      const { task } = inputs;
      if (typeof task === 'string' && found.get(task)?.status !== 'completed')
        found.set(task, { task, status, undo });
    }
  return [...found.values()];
}

/** Oldest first; one that nobody can tell of at present is left out. */
async function undosOf(client: Client, undo: string): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  const query = `WorkflowId = '${undo.replaceAll("'", "\\'")}'`;
  const begun: { readonly runId: string; readonly status: string; readonly at: number }[] = [];
  for await (const { runId, status, startTime } of client.workflow.list({ query }))
    begun.push({ runId, status: status.name, at: startTime.getTime() });
  for (const { runId, status } of begun.toSorted((one, other) => one.at - other.at))
    if (status === 'COMPLETED')
      reports.push((await client.workflow.getHandle(undo, runId).result()) as RunReport);
    else if (status === 'RUNNING') {
      const reading = await readRun(client, undo);
      if (reading.kind === 'report') reports.push(reading.report);
    }
  return reports;
}

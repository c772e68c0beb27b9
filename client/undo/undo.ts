/** Taking a run back: what would be done, and starting it. Both are runs of the type `undo`, planned by a worker. */
import {
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type Client,
} from '@temporalio/client';
import type { StartInput, StartOptions } from '../../workflows/activities.ts';
import { UNDO_PLAYBOOK, undoIdFor } from '../../workflows/language/reserved.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { chainOf } from '../runs/chain.ts';
import { caseOf, previewIdFor } from '../runs/names.ts';
import { readRun } from '../runs/read.ts';

export interface UndoOrder {
  readonly client: Client;
  readonly taskQueue: string;
  /** The run that is taken back. */
  readonly workflowId: string;
  /** Only this task of it. */
  readonly task?: string;
  readonly options?: StartOptions;
}

export type Previewed =
  | { readonly kind: 'outline'; readonly report: RunReport }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'unanswered' };

export type UndoStarted =
  | { readonly kind: 'started'; readonly workflowId: string; readonly runId: string }
  /** One undo of a run at a time. */
  | { readonly kind: 'running'; readonly workflowId: string };

/** A worker makes the plan in a moment, or there is none. */
const PATIENCE_MS = 15_000;

/** Tells what an undo would do. Nothing is done, and nobody is asked. Throws as `readRun` does. */
export async function previewUndo(order: UndoOrder): Promise<Previewed> {
  const workflowId = previewIdFor(order.workflowId);
  const handle = await order.client.workflow.start(UNDO_PLAYBOOK, {
    taskQueue: order.taskQueue,
    workflowId,
    args: [await inputOf(order, true)],
    staticSummary: `what an undo of ${order.workflowId} would do`,
    workflowExecutionTimeout: 2 * PATIENCE_MS,
  });
  try {
    const report = await order.client.connection.withDeadline(Date.now() + PATIENCE_MS, () =>
      handle.result(),
    );
    return { kind: 'outline', report: report as RunReport };
  } catch (error) {
    const problems = problemsIn(error);
    if (problems !== null) return { kind: 'refused', problems };
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') throw error;
    await handle.terminate('nobody answered in time');
    return { kind: 'unanswered' };
  }
}

/** Starts the undo. The worker plans it anew: what has been taken back meanwhile is left out. */
export async function startUndo(order: UndoOrder): Promise<UndoStarted> {
  const workflowId = undoIdFor(order.workflowId);
  try {
    const handle = await order.client.workflow.start(UNDO_PLAYBOOK, {
      taskQueue: order.taskQueue,
      workflowId,
      args: [await inputOf(order, false)],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `undo of ${order.workflowId}`,
    });
    return { kind: 'started', workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'running', workflowId };
    throw error;
  }
}

async function inputOf(
  { client, workflowId, task, options }: UndoOrder,
  preview: boolean,
): Promise<StartInput> {
  return {
    case_id: await caseOfRun(client, workflowId),
    ...(options === undefined ? {} : { options }),
    undo: {
      workflow_id: workflowId,
      run_id: await chainOf(client, workflowId),
      ...(task === undefined ? {} : { task }),
      ...(preview ? { preview } : {}),
    },
  };
}

/** What the run says itself; its name, where nobody can tell any more. */
async function caseOfRun(client: Client, workflowId: string): Promise<string> {
  const reading = await readRun(client, workflowId);
  if (reading.kind === 'report') return reading.report.case_id;
  const { type } = await client.workflow.getHandle(workflowId).describe();
  return caseOf(workflowId, type) ?? workflowId;
}

function problemsIn(error: unknown): readonly string[] | null {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'PlaybookRefused') return null;
  const [problems] = cause.details ?? [];
  return Array.isArray(problems) ? problems.map(String) : [cause.message];
}

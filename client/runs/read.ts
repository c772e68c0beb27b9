/** What is known of a run, whether it is under way, over, or was never let in. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  WorkflowFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { approvalsQuery, statusQuery, type OpenItem } from '../../workflows/messages.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { isNoWorker, NO_WORKER } from '../trouble.ts';

export type RunReading =
  | { readonly kind: 'report'; readonly report: RunReport; readonly open: readonly OpenItem[] }
  /** Its plan is being made. */
  | { readonly kind: 'starting' }
  /** The playbook or its input was refused; nothing was done. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  /** Over without a report: terminated, timed out, or failed by a mistake of ours. */
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'unanswered'; readonly message: string };

/** Throws for trouble with the connection, and for a run that does not exist; `explain` has words for both. */
export async function readRun(client: Client, workflowId: string): Promise<RunReading> {
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await handle.describe();
  switch (status.name) {
    case 'COMPLETED':
      return { kind: 'report', report: (await handle.result()) as RunReport, open: [] };
    case 'FAILED':
      return refusalOf(await failureOf(() => handle.result()));
    default:
      return query(client, workflowId, status.name === 'RUNNING' ? null : status.name.toLowerCase());
  }
}

/** A worker that must first replay a long history takes seconds. */
const PATIENCE_MS = 10_000;

/** `ended` is null for a run under way; otherwise how it ended, should nobody be able to tell its story. */
async function query(client: Client, workflowId: string, ended: string | null): Promise<RunReading> {
  const handle = client.workflow.getHandle(workflowId);
  if (ended === null) await betweenSteps(handle);
  try {
    // One after the other: a question that is tried again after the connection was closed would end the process.
    const [report, open] = await client.connection.withDeadline(Date.now() + PATIENCE_MS, async () => {
      const told = await handle.query(statusQuery);
      return [told, ended === null ? await handle.query(approvalsQuery) : []] as const;
    });
    return {
      kind: 'report',
      report: ended === 'cancelled' ? { ...report, status: 'cancelled' } : report,
      open,
    };
  } catch (error) {
    if (ended !== null) return { kind: 'ended', how: ended };
    if (error instanceof QueryNotRegisteredError) return { kind: 'starting' };
    if (!isNoWorker(error)) throw error;
    return { kind: 'unanswered', message: NO_WORKER };
  }
}

const MOST_LOOKS = 20;
const LOOK_AGAIN_MS = 50;

/**
 * Waits, a second at most, until the run rests. Temporal's SDK 1.24 may close a step early to answer a question
 * that comes while the step's local activities are at work, and cannot always replay such a history.
 */
async function betweenSteps(handle: WorkflowHandle): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { raw } = await handle.describe();
    if (!raw.pendingWorkflowTask) return;
    await wait(LOOK_AGAIN_MS);
  }
}

async function failureOf(result: () => Promise<unknown>): Promise<unknown> {
  try {
    return await result();
  } catch (error) {
    return error;
  }
}

function refusalOf(error: unknown): RunReading {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type === 'PlaybookRefused') {
    const [problems] = cause.details ?? [];
    return { kind: 'refused', problems: Array.isArray(problems) ? problems.map(String) : [cause.message] };
  }
  return {
    kind: 'ended',
    how: `failed: ${cause instanceof Error ? cause.message : 'for an unknown reason'}`,
  };
}

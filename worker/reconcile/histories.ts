/** Histories as the server holds them, read page by page so that none is ever in memory as a whole. */
import { isGrpcServiceError, type Client } from '@temporalio/client';
import { normalEvent } from '../../activities/reconcile/event.ts';
import type { Execution } from '../../activities/reconcile/execution.ts';
import { createReading, type HistoryReader } from '../../activities/reconcile/reading.ts';
import { MESSAGE_KINDS } from '../../workflows/walk/message.ts';
import { readPayload } from '../payloads.ts';

const READER: HistoryReader = { decode: readPayload, words: MESSAGE_KINDS };
const EVENTS_PER_PAGE = 250;
/** gRPC's codes for what is not there, and for an id that can be none. */
const NOTHING_THERE: readonly number[] = [5, 3];

/** Null when the server has no history of this execution, or nothing under such an id. */
export async function readExecution(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<Execution | null> {
  const reading = createReading(runId, READER);
  let nextPageToken: Uint8Array | undefined;
  try {
    do {
      const page = await client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, runId },
        maximumPageSize: EVENTS_PER_PAGE,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      });
      for (const event of page.history?.events ?? []) await reading.add(normalEvent(event));
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken !== undefined);
  } catch (error) {
    if (isGrpcServiceError(error) && NOTHING_THERE.includes(error.code)) return null;
    throw error;
  }
  return reading.end();
}

export interface Listed {
  readonly workflowId: string;
  readonly runId: string;
  readonly closedAt: number | null;
}

/** Visibility; needs none of our own search attributes. */
export async function* listExecutions(
  client: Client,
  query: string,
): AsyncGenerator<Listed, void, undefined> {
  for await (const { workflowId, runId, closeTime } of client.workflow.list({ query }))
    yield { workflowId, runId, closedAt: closeTime?.getTime() ?? null };
}

/** A value inside a visibility query. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** How long the namespace keeps the history of what has closed; null where the server does not tell. */
export async function retentionOf(client: Client): Promise<number | null> {
  const { namespace } = client.options;
  try {
    const { config } = await client.workflowService.describeNamespace({ namespace });
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return seconds > 0 ? seconds * 1000 : null;
  } catch (error) {
    // Whoever may read histories need not be allowed to look at the namespace.
    if (isGrpcServiceError(error)) return null;
    throw error;
  }
}

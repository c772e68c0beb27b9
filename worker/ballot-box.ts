/** Reads signals back from the server's history, newest first and never more than a bounded number of events. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Ballot, OpenBallotBox } from '../activities/approvals/ballot-box.ts';
import type { Principal } from '../activities/approvals/roster.ts';

type Reply = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>>;
type Event = NonNullable<NonNullable<NonNullable<Reply['history']>['events']>[number]>;

/** EventType and WorkflowTaskFailedCause of temporal.api.enums.v1. */
const STARTED = 1;
const TASK_SCHEDULED = 5;
const TASK_STARTED = 6;
const TASK_COMPLETED = 7;
const TASK_FAILED = 9;
const SIGNALED = 26;
const BY_RESET = 20;

/** Twice the signals that a server takes for one run, with room for what a run does meanwhile. */
const MOST_EVENTS = 30_000;
const PAGE = 500;

export function openBallotBoxes(client: Client): OpenBallotBox {
  return async ({ workflowId, runId: newest }, since) => {
    const found: Found = { ballots: [], workers: new Map(), left: MOST_EVENTS };
    let runId: string | null = newest;
    while (runId !== null && found.left > 0)
      runId = await readRun(client, { workflowId, runId, since }, found);
    return { ballots: found.ballots, workers: [...found.workers.values()], whole: found.left > 0 };
  };
}

interface Found {
  readonly ballots: Ballot[];
  readonly workers: Map<string, Principal>;
  left: number;
}

interface Asked {
  readonly workflowId: string;
  readonly runId: string;
  readonly since: number;
}

/** The run that this one continues, where that lies after `since` too; else null. */
async function readRun(client: Client, asked: Asked, found: Found): Promise<string | null> {
  /** Signals since the last scheduled task that we passed, going back: a reset's own, should one be met next. */
  let unsettled: Ballot[] = [];
  let before: string | null = null;
  reading: for await (const event of backwards(client, asked)) {
    found.left -= 1;
    if (found.left <= 0) break;
    switch (Number(event.eventType)) {
      case SIGNALED:
        if (millisecondsOf(event) >= asked.since) unsettled.push(ballotOf(event, asked.runId));
        break;
      case TASK_STARTED:
        // Workflow time is the time of these. Others, such as the start of an activity, are written down late.
        if (millisecondsOf(event) < asked.since) break reading;
        break;
      case TASK_SCHEDULED:
        found.ballots.push(...unsettled);
        unsettled = [];
        break;
      case TASK_COMPLETED:
        addWorker(event, found);
        break;
      case TASK_FAILED:
        if (Number(event.workflowTaskFailedEventAttributes?.cause) !== BY_RESET) break;
        unsettled = unsettled.map((ballot) => ({ ...ballot, reapplied: true }));
        // What stands before was said to the run as it was then.
        break reading;
      case STARTED:
        before = event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || null;
        break;
      default:
        break;
    }
  }
  found.ballots.push(...unsettled);
  return before;
}

async function* backwards(client: Client, { workflowId, runId }: Asked): AsyncGenerator<Event> {
  let page: Uint8Array | null | undefined = null;
  do {
    const reply: Reply = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: PAGE,
      ...(page ? { nextPageToken: page } : {}),
    });
    yield* reply.history?.events ?? [];
    page = reply.nextPageToken;
  } while (page && page.length > 0);
}

function ballotOf(event: Event, runId: string): Ballot {
  const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
  return {
    runId,
    eventId: String(event.eventId),
    at: millisecondsOf(event),
    signal: signalName ?? '',
    payload: readable(input?.payloads?.[0]),
    principal: principalOf(event),
    reapplied: false,
  };
}

function addWorker(event: Event, found: Found): void {
  const principal = principalOf(event);
  if (principal !== null) found.workers.set(JSON.stringify([principal.type, principal.name]), principal);
}

export function principalOf({ principal }: Pick<Event, 'principal'>): Principal | null {
  const { type, name } = principal ?? {};
  return type && name ? { type, name } : null;
}

function readable(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0] | undefined): unknown {
  if (payload === undefined) return null;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return null;
  }
}

function millisecondsOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
}

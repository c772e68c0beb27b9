/**
 * The normal form of an event of Temporal's history: the fields that say what happened, as plain JSON. What a server
 * adds for itself (task ids, versions, build ids, sizes, links) is left out, and so is what has its default value,
 * so that the same history has the same form whichever server, client or export it was read from.
 */
import type { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Json, JsonObject } from '../../workflows/language/json.ts';

/** An event as the SDK hands it out, from a server or from an exported file. */
export type RawEvent = NonNullable<ReturnType<typeof historyFromJSON>['events']>[number];

export interface HistoryEvent {
  readonly id: number;
  /** Server time: seconds since 1970, with nine decimals. */
  readonly at: string;
  /** As the SDK names its attributes: `activityTaskCompleted`. `unknown` with a number for what it cannot name. */
  readonly type: string;
  readonly told: JsonObject;
}

type Take = (value: unknown) => Json;

export function normalEvent(raw: RawEvent): HistoryEvent {
  const key = Object.keys(raw).find((name) => name.endsWith(SUFFIX) && isRecord(field(raw, name)));
  const type = key === undefined ? `unknown ${raw.eventType ?? 0}` : key.slice(0, -SUFFIX.length);
  const attributes = key === undefined ? {} : field(raw, key);
  const told: { [name: string]: Json } = {};
  for (const [name, take] of Object.entries(TOLD[type] ?? {})) {
    const value = take(field(attributes, name));
    if (value !== null && value !== '' && value !== 0) told[name] = value;
  }
  return { id: count(raw.eventId), at: instant(raw.eventTime), type, told };
}

/** Milliseconds since 1970. */
export function msOf({ at }: Pick<HistoryEvent, 'at'>): number {
  const [seconds = '0', nanos = '0'] = at.split('.');
  return Number(seconds) * 1000 + Math.floor(Number(nanos) / 1_000_000);
}

const SUFFIX = 'EventAttributes';

const text: Take = (value) => (typeof value === 'string' ? value : null);
const count = (value: unknown): number => Number(value ?? 0);
const named: Take = (value) => text(field(value, 'name'));
const payload: Take = (value) => {
  const metadata = Object.entries(record(field(value, 'metadata'))).map(([name, bytes]) => [
    name,
    base64(bytes),
  ]);
  return { metadata: Object.fromEntries(metadata) as JsonObject, data: base64(field(value, 'data')) };
};
const payloads: Take = (value) => {
  const list = field(value, 'payloads');
  return Array.isArray(list) ? list.map(payload) : null;
};
const details: Take = (value) =>
  Object.fromEntries(Object.entries(record(value)).map(([name, one]) => [name, payloads(one)]));
const failure: Take = (value) =>
  isRecord(value)
    ? {
        message: text(value['message']) ?? '',
        type: text(field(value['applicationFailureInfo'], 'type')) ?? '',
      }
    : null;
const request: Take = (value) => {
  const input = field(value, 'input');
  return { name: text(field(input, 'name')), args: payloads(field(input, 'args')) };
};
const outcome: Take = (value) => ({
  success: payloads(field(value, 'success')),
  failure: failure(field(value, 'failure')),
});

const OF_TASK = { scheduledEventId: count, startedEventId: count };
const TOLD: { readonly [type: string]: { readonly [name: string]: Take } } = {
  workflowExecutionStarted: {
    workflowId: text,
    workflowType: named,
    input: payloads,
    firstExecutionRunId: text,
    originalExecutionRunId: text,
    continuedExecutionRunId: text,
    identity: text,
  },
  workflowTaskScheduled: { attempt: count },
  workflowTaskStarted: { scheduledEventId: count },
  workflowTaskCompleted: OF_TASK,
  workflowTaskFailed: { ...OF_TASK, cause: count, baseRunId: text, newRunId: text },
  workflowTaskTimedOut: OF_TASK,
  activityTaskScheduled: { activityId: text, activityType: named, input: payloads },
  activityTaskStarted: { scheduledEventId: count, attempt: count },
  activityTaskCompleted: { scheduledEventId: count, result: payloads },
  activityTaskFailed: { scheduledEventId: count, failure },
  activityTaskTimedOut: { scheduledEventId: count, failure },
  activityTaskCanceled: { scheduledEventId: count },
  activityTaskCancelRequested: { scheduledEventId: count },
  timerStarted: { timerId: text },
  timerFired: { timerId: text },
  timerCanceled: { timerId: text },
  markerRecorded: { markerName: text, details, failure },
  workflowExecutionSignaled: { signalName: text, input: payloads, identity: text },
  workflowExecutionUpdateAccepted: { protocolInstanceId: text, acceptedRequest: request },
  workflowExecutionUpdateCompleted: { acceptedEventId: count, outcome },
  workflowExecutionCancelRequested: { cause: text, identity: text },
  workflowExecutionCompleted: { result: payloads },
  workflowExecutionFailed: { failure },
  workflowExecutionTerminated: { reason: text, identity: text },
  workflowExecutionContinuedAsNew: { newExecutionRunId: text, input: payloads },
};

function instant(time: RawEvent['eventTime']): string {
  return `${count(time?.seconds)}.${String(count(time?.nanos)).padStart(9, '0')}`;
}

function base64(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : '';
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function record(value: unknown): { readonly [name: string]: unknown } {
  return isRecord(value) ? value : {};
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

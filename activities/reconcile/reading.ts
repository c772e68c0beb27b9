/**
 * Reads one execution's history, event by event, into what is remembered of it. Asynchronous only because payloads
 * may be encrypted, and whoever decrypts them may take time.
 */
import { readReceipt } from '../../workflows/audit/receipt.ts';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import { createCallReading } from './call-reading.ts';
import { createHistoryDigest } from './digest.ts';
import { msOf, type HistoryEvent } from './event.ts';
import type { Close, Ending, Execution, HeldReceipt, Unreadable, Word } from './execution.ts';
import { createTaskReading } from './task-reading.ts';

export type Decoded = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'unreadable' };

export interface HistoryReader {
  /** What the worker's own converter makes of a payload in normal form. MUST NOT throw for one it cannot read. */
  readonly decode: (payload: JsonObject) => Promise<Decoded>;
  /** Names of the signals and updates by which people speak to a run. */
  readonly words: readonly string[];
}

export interface Reading {
  add(event: HistoryEvent): Promise<void>;
  /** Null when what was read does not begin with the start of a workflow. */
  end(): Execution | null;
}

/** Local activities that record; one of them without receipts is from before there were any. */
const RECORDING: ReadonlySet<string> = new Set(['judge', 'ask', 'weigh', 'settle', 'record']);

const ENDINGS: { readonly [type: string]: Ending } = {
  workflowExecutionCompleted: 'completed',
  workflowExecutionFailed: 'failed',
  workflowExecutionCanceled: 'cancelled',
  workflowExecutionContinuedAsNew: 'continued',
  workflowExecutionTerminated: 'terminated',
  workflowExecutionTimedOut: 'timed_out',
};

export function createReading(run: string, { decode, words: kinds }: HistoryReader): Reading {
  const digest = createHistoryDigest();
  const tasks = createTaskReading();
  const calls = createCallReading();
  const receipts: HeldReceipt[] = [];
  const words: Word[] = [];
  const unreadable: Unreadable[] = [];
  let started: { readonly told: JsonObject; readonly input: Json; readonly at: number } | null = null;
  let close: Close = { kind: 'running' };
  let events = 0;
  let silentUntil: number | null = null;
  let lastStep = 0;

  /** The first of the payloads, which is all that our calls and messages have. */
  const first = async (event: HistoryEvent, list: Json | undefined, what: string, matters: boolean) => {
    const [payload] = Array.isArray(list) ? list : [];
    if (!isObject(payload)) return null;
    const decoded = await decode(payload);
    if (decoded.kind === 'value') return (decoded.value ?? null) as Json;
    unreadable.push({ event: event.id, what, matters });
    return null;
  };

  /** Takes the receipts out of a result; false when it holds none. */
  const take = (event: HistoryEvent, result: Json): boolean => {
    const held = isObject(result) ? result['receipts'] : undefined;
    if (!Array.isArray(held)) return false;
    for (const text of held) {
      const receipt = readReceipt(text);
      if (receipt !== null) receipts.push({ ...receipt, event: event.id });
      else unreadable.push({ event: event.id, what: 'a receipt', matters: true });
    }
    return true;
  };

  const readMarker = async (event: HistoryEvent): Promise<void> => {
    const { markerName, details } = event.told;
    if (markerName !== 'core_local_activity' || !isObject(details)) return;
    lastStep = event.id;
    const about = await first(event, details['data'], 'what a local activity was', false);
    const { activity_type: named, attempt = 1 } = isObject(about) ? about : {};
    const type = typeof named === 'string' ? named : '';
    if (Number(attempt) > 1) tasks.repeated();
    const matters = RECORDING.has(type) || type === 'plan';
    const result = await first(event, details['result'], `the result of ${type}`, matters);
    if (!take(event, result) && RECORDING.has(type)) silentUntil = msOf(event);
  };

  /** Coordinates of notices that went out, by their event, until word of them comes back; nothing waits for that. */
  const tells = new Map<number, string>();

  const hear = async (event: HistoryEvent, kind: unknown, args: Json | undefined): Promise<void> => {
    if (typeof kind !== 'string' || !kinds.includes(kind)) return;
    const said = await first(event, args, `a ${kind}`, false);
    const { task = null, by = null } = isObject(said) ? said : {};
    words.push({
      event: event.id,
      kind,
      task: typeof task === 'string' ? task.trim() : null,
      by: typeof by === 'string' ? by.trim() : null,
    });
  };

  const readCall = async (event: HistoryEvent): Promise<void> => {
    switch (event.type) {
      case 'activityTaskScheduled':
        lastStep = event.id;
        if (event.told['activityType'] === 'tell')
          tells.set(event.id, noticeOf(await first(event, event.told['input'], 'the input of tell', false)));
        if (event.told['activityType'] === 'act')
          calls.scheduled(event, await first(event, event.told['input'], 'the input of act', true));
        return;
      case 'activityTaskCompleted': {
        if (tells.delete(Number(event.told['scheduledEventId'])))
          take(event, await first(event, event.told['result'], 'the result of tell', false));
        if (!calls.isCall(event)) return;
        const result = await first(event, event.told['result'], 'the result of act', true);
        const witnessed = take(event, result);
        if (!witnessed) silentUntil = msOf(event);
        return calls.completed(event, result, witnessed);
      }
      case 'activityTaskStarted':
        return calls.started(event);
      default:
    }
  };

  return {
    async add(event) {
      digest.add(event);
      events += 1;
      tasks.add(event);
      const ending = ENDINGS[event.type];
      if (ending !== undefined)
        close = { kind: ending, at: msOf(event), next: text(event.told['newExecutionRunId']) };
      else if (event.type === 'workflowExecutionStarted')
        started = {
          told: event.told,
          at: msOf(event),
          input: await first(event, event.told['input'], 'the start input', false),
        };
      else if (event.type === 'markerRecorded') await readMarker(event);
      else if (event.type === 'workflowExecutionSignaled')
        await hear(event, event.told['signalName'], event.told['input']);
      else if (event.type === 'workflowExecutionUpdateAccepted') {
        const { acceptedRequest: request } = event.told;
        if (isObject(request)) await hear(event, request['name'], request['args']);
      } else await readCall(event);
    },
    end() {
      if (started === null) return null;
      const { told, input, at } = started;
      const caseId = isObject(input) ? input['case_id'] : null;
      return {
        workflow: text(told['workflowId']) ?? '',
        run,
        chain: text(told['firstExecutionRunId']) ?? run,
        playbook: text(told['workflowType']) ?? '',
        caseId: text(caseId)?.slice(0, 128) ?? '',
        startedAt: at,
        continues: text(told['continuedExecutionRunId']),
        original: text(told['originalExecutionRunId']) ?? run,
        close,
        events,
        digest: digest.end(),
        receipts,
        calls: calls.all(),
        ...(tells.size === 0 ? {} : { unanswered: [...tells.values()] }),
        words,
        ...tasks.end(close),
        silentUntil,
        lastStep,
        unreadable,
      };
    },
  };
}

/** As `activities/tell.ts` names what it records. */
function noticeOf(input: Json): string {
  const { card, occasion } = isObject(input) ? input : {};
  const { digest, body } = isObject(card) ? card : {};
  const task = isObject(body) ? body['task'] : undefined;
  return ['tell', ...[task, digest, occasion].map((one) => text(one) ?? '')].join('/');
}

/** For histories at hand in full. */
export async function readHistory(
  run: string,
  events: Iterable<HistoryEvent>,
  reader: HistoryReader,
): Promise<Execution | null> {
  const reading = createReading(run, reader);
  for (const event of events) await reading.add(event);
  return reading.end();
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

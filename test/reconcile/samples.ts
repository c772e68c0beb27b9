/** One recorded run, told by both witnesses; and what a test may change about either. */
import { readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { compareRun, type Comparison } from '../../activities/reconcile/compare.ts';
import { normalEvent, type HistoryEvent } from '../../activities/reconcile/event.ts';
import type { Execution } from '../../activities/reconcile/execution.ts';
import { readLogEntry, type LogEntry } from '../../activities/reconcile/log-entry.ts';
import { readHistory, type HistoryReader } from '../../activities/reconcile/reading.ts';
import { readPayload } from '../../worker/payloads.ts';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import { MESSAGE_KINDS } from '../../workflows/walk/message.ts';
import { HISTORY, LOG } from './recorded.ts';

export const READER: HistoryReader = { decode: readPayload, words: MESSAGE_KINDS };

export function eventsOf(file: string): readonly HistoryEvent[] {
  return (historyFromJSON(JSON.parse(readFileSync(file, 'utf8'))).events ?? []).map(normalEvent);
}

export function linesOf(file: string): readonly Uint8Array[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => new TextEncoder().encode(line));
}

export async function execution(events: readonly HistoryEvent[], run?: string): Promise<Execution> {
  const told = events[0]?.told['firstExecutionRunId'];
  const read = await readHistory(run ?? text(told), events, READER);
  if (read === null) throw new Error('this is no history');
  return read;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function entriesIn(lines: readonly Uint8Array[]): readonly LogEntry[] {
  return lines.map((bytes, index) => {
    const reading = readLogEntry({ index, bytes });
    if (reading.kind !== 'entry') throw new Error(`line ${index} is no entry of a run`);
    return reading.entry;
  });
}

export interface Given {
  readonly events?: readonly HistoryEvent[];
  readonly lines?: readonly Uint8Array[];
  readonly gone?: readonly string[];
}

export const events = eventsOf(HISTORY);
export const lines = linesOf(LOG);
export const RUN = text(events[0]?.told['firstExecutionRunId']);
const NOW = Date.UTC(2027, 0, 1);

/** The recorded run, with what is given in the place of what was recorded. */
export async function compare(given: Given = {}): Promise<Comparison> {
  const entries = entriesIn(given.lines ?? lines);
  const history = given.events ?? events;
  return compareRun({
    workflow: entries[0]?.workflow ?? '',
    run: RUN,
    executions: history.length === 0 ? [] : [await execution(history)],
    gone: given.gone ?? [],
    entries,
    retention: { ms: 24 * 3_600_000, now: NOW },
  });
}

/** Events with every payload's JSON changed; what is no JSON stays. */
export function rephrase(
  given: readonly HistoryEvent[],
  change: (value: Json) => Json,
): readonly HistoryEvent[] {
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    const { data } = value;
    if (typeof data !== 'string')
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one)]));
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (text === '') return value;
    const said = change(JSON.parse(text) as Json);
    return { ...value, data: Buffer.from(JSON.stringify(said)).toString('base64') };
  };
  return given.map((event) => ({ ...event, told: walk(event.told) as JsonObject }));
}

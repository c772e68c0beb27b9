/** From stored bytes back to an entry. Whatever this system would not have written is not an entry. */
import { canonicalEntry, NotCanonicalError } from './canonical.ts';
import type { Codec } from './codec.ts';
import { eventId } from './draft.ts';
import { ENTRY_VERSION, MAX_ENTRY_BYTES, type Entry } from './entry.ts';
import { instantOf } from './instant.ts';

export type Reading =
  { readonly kind: 'entry'; readonly entry: Entry } | { readonly kind: 'malformed'; readonly reason: string };

/** Checks everything an entry says about itself; what it says about others is the chain's affair. */
export function readEntry(bytes: Uint8Array, codec: Codec): Reading {
  if (bytes.length > MAX_ENTRY_BYTES) return malformed(`it is longer than ${MAX_ENTRY_BYTES} bytes`);
  let text: string;
  let value: unknown;
  try {
    text = codec.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return malformed('its bytes are not JSON in UTF-8');
  }
  if (!isEntry(value)) return malformed('it lacks a field of an entry, or has one of another type');
  if (!isCanonical(value, text)) return malformed('its bytes are not the canonical form of what they say');
  const started = instantOf(value.body.run_started);
  if (started === null || instantOf(value.body.workflow_time) === null || instantOf(value.at) === null)
    return malformed('it holds a time that is none');
  if (value.id !== eventId(started, value.body.run, value.body.coordinate, codec))
    return malformed('its id does not follow from its run and coordinate');
  return { kind: 'entry', entry: value };
}

function malformed(reason: string): Reading {
  return { kind: 'malformed', reason };
}

function isCanonical(value: Entry, text: string): boolean {
  try {
    return canonicalEntry(value) === text;
  } catch (error) {
    if (error instanceof NotCanonicalError) return false;
    throw error;
  }
}

const ENVELOPE = ['at', 'body', 'i', 'id', 'log', 'prev', 'v'];
const BODY = [
  'case',
  'coordinate',
  'details',
  'event',
  'playbook',
  'run',
  'run_prev',
  'run_seq',
  'run_started',
  'task',
  'workflow',
  'workflow_time',
];
const TEXTS = ['case', 'coordinate', 'event', 'playbook', 'run', 'run_started', 'workflow', 'workflow_time'];
const HASH = /^[0-9a-f]{64}$/;
const ID = /^[0-9a-f]{32}$/;

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || !hasExactly(value, ENVELOPE) || value['v'] !== ENTRY_VERSION) return false;
  const { at, body, i, id, log, prev } = value;
  if (!isText(at) || !isText(log) || !isCount(i) || !matches(id, ID) || !matches(prev, HASH)) return false;
  if (!isRecord(body)) return false;
  const skew = body['skew_ms'];
  if (!hasExactly(body, skew === undefined ? BODY : [...BODY, 'skew_ms'])) return false;
  if (skew !== undefined && !(isCount(skew) && skew > 0)) return false;
  if (!TEXTS.every((name) => isText(body[name])) || !isRecord(body['details'])) return false;
  const { run_prev: runPrev, run_seq: runSeq, task } = body;
  return isCount(runSeq) && (runPrev === null || matches(runPrev, HASH)) && (task === null || isText(task));
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasExactly(value: object, names: readonly string[]): boolean {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

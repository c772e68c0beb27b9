/**
 * What the check of a whole log needs of an entry, read from its bytes without parsing them. Canonical JSON has one
 * spelling, so the envelope's fields stand at places that can be counted from the entry's two ends:
 *
 *   {"at":"…24…","body":{…,"run":"…","run_prev":…,"run_seq":…,"run_started":…},"i":…,"id":"…32…","log":…,"prev":"…64…","v":1}
 *
 * A quotation mark inside a text is escaped, so none of the searched names can be found inside a value. That the bytes
 * between are canonical too is what the deep check reads.
 */
import { Buffer } from 'node:buffer';

/** Filled anew for every entry: a million of them need no million objects. */
export interface Frame {
  /** Offsets into the buffer. */
  at: number;
  id: number;
  prev: number;
  index: number;
  /** The log's name as it is written, from its first byte to the one after its last. */
  log: number;
  logEnd: number;
  /** The run's chain as it is written. */
  run: number;
  runEnd: number;
  runSeq: number;
  /** Offset of 64 hex digits, or -1 at a run's first entry. */
  runPrev: number;
}

/** A text as JSON spells it between its quotation marks; null when no text is spelled so. */
export function spelled(text: string): string | null {
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

export function createFrame(): Frame {
  return { at: 0, id: 0, prev: 0, index: 0, log: 0, logEnd: 0, run: 0, runEnd: 0, runSeq: 0, runPrev: 0 };
}

const HEAD = Buffer.from('{"at":"');
const AFTER_AT = Buffer.from('","body":{');
const AT = 24;
const PREV = 64;
const ID = 32;
const TAIL = Buffer.from('","v":1}');
const BEFORE_PREV = Buffer.from('","prev":"');
const BEFORE_LOG = Buffer.from('","log":"');
const BEFORE_ID = Buffer.from(',"id":"');
const BEFORE_INDEX = Buffer.from('},"i":');
const RUN = Buffer.from(',"run":"');
const RUN_PREV = Buffer.from('","run_prev":');
const RUN_SEQ = Buffer.from(',"run_seq":');
const RUN_STARTED = Buffer.from(',"run_started":"');
const NULL = Buffer.from('null');
/** What stands behind `run_prev` at least; the search begins before it. */
const SHORTEST_REST =
  Buffer.byteLength('null,"run_seq":0,"run_started":"","task":"","workflow":"","workflow_time":""') + 2 * AT;

/** False when the bytes are not framed as an entry is. `from` is the first byte, `to` the one after the last. */
export function readFrame(bytes: Buffer, from: number, to: number, into: Frame): boolean {
  const at = from + HEAD.length;
  const prev = prevOffset(from, to);
  if (prev === null) return false;
  if (!stands(bytes, HEAD, from) || !stands(bytes, AFTER_AT, at + AT) || !stands(bytes, TAIL, prev + PREV))
    return false;
  const logEnd = prev - BEFORE_PREV.length;
  if (!stands(bytes, BEFORE_PREV, logEnd)) return false;
  const beforeLog = lastBefore(bytes, BEFORE_LOG, logEnd, from);
  const id = beforeLog - ID;
  const beforeId = id - BEFORE_ID.length;
  if (beforeLog < 0 || !stands(bytes, BEFORE_ID, beforeId)) return false;
  const beforeIndex = lastBefore(bytes, BEFORE_INDEX, beforeId, from);
  into.at = at;
  into.id = id;
  into.prev = prev;
  into.log = beforeLog + BEFORE_LOG.length;
  into.logEnd = logEnd;
  into.index = beforeIndex < 0 ? -1 : count(bytes, beforeIndex + BEFORE_INDEX.length, beforeId);
  return into.index >= 0 && readRun(bytes, from, beforeIndex, into);
}

/** Where the hash of the entry before stands; null when there is no room for one. */
export function prevOffset(from: number, to: number): number | null {
  const offset = to - TAIL.length - PREV;
  return offset < from + HEAD.length + AT ? null : offset;
}

function readRun(bytes: Buffer, from: number, to: number, into: Frame): boolean {
  const prev = lastBefore(bytes, RUN_PREV, to - SHORTEST_REST, from);
  const run = lastBefore(bytes, RUN, prev, from);
  if (prev < 0 || run < 0) return false;
  const value = prev + RUN_PREV.length;
  const isNull = stands(bytes, NULL, value);
  const isHash = bytes[value] === QUOTE && bytes[value + PREV + 1] === QUOTE;
  const seq = value + (isNull ? NULL.length : PREV + 2);
  if (!(isNull || isHash) || !stands(bytes, RUN_SEQ, seq)) return false;
  let started = seq + RUN_SEQ.length;
  while (bytes[started] !== COMMA && started < to) started += 1;
  into.run = run + RUN.length;
  into.runEnd = prev;
  into.runSeq = count(bytes, seq + RUN_SEQ.length, started);
  into.runPrev = isHash ? value + 1 : -1;
  return into.runSeq >= 0 && stands(bytes, RUN_STARTED, started);
}

const COMMA = 0x2c;
const QUOTE = 0x22;

function stands(bytes: Buffer, text: Buffer, at: number): boolean {
  for (let n = 0; n < text.length; n += 1) if (bytes[at + n] !== text[n]) return false;
  return true;
}

/** Where `text` stands last and ends at or before `to`; -1 when nowhere from `from` on. */
function lastBefore(bytes: Buffer, text: Buffer, to: number, from: number): number {
  const first = text[0];
  for (let at = to - text.length; at >= from; at -= 1)
    if (bytes[at] === first && stands(bytes, text, at)) return at;
  return -1;
}

/** A whole number without sign or leading zeros; -1 for anything else. */
function count(bytes: Buffer, from: number, to: number): number {
  if (to <= from || to - from > 15 || (bytes[from] === 0x30 && to - from > 1)) return -1;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

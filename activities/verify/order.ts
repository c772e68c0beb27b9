/** The part of the check that reads: indexes, ids, times, and every run's numbers and links. Hashes nothing. */
import { Buffer } from 'node:buffer';
import { instantOf } from '../../workflows/audit/instant.ts';
import { LOG_EVENTS, LOG_RUN, type LogEvent } from '../../workflows/audit/log-act.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { Check, Fault } from './check.ts';
import { createFrame, readFrame, spelled, type Frame } from './frame.ts';
import { createIds } from './ids.ts';

/** An act of the log itself that bears on how the rest is to be read. */
export interface ReadAct {
  readonly index: number;
  /** Leaf of the entry before. */
  readonly prev: string;
  readonly log: string;
  readonly event: LogEvent;
  readonly details: { readonly [name: string]: unknown };
}

export interface Told {
  readonly log: string | null;
  readonly acts: readonly ReadAct[];
  /** Ids that may stand twice; see `ids.ts`. */
  readonly suspects: readonly number[];
}

export interface Order extends Check {
  /** At the end: name of the log (null before the first entry), the log's own acts but for heartbeats, and suspicions. */
  told(): Told;
}

interface RunEnd {
  seq: number;
  /** What its next entry must name: the leaf of its last one, which only the entry after that one tells. */
  leaf: string | null;
}

/** `expected` entries; there may be more, or fewer. */
export function createOrder(expected = 0): Order {
  const ids = createIds(expected);
  const runs = new Map<string, RunEnd>();
  const frame = createFrame();
  const at = Buffer.alloc(AT);
  const prev = Buffer.alloc(HASH);
  let log: Buffer | null = null;
  let size = 0;
  /** The run of the entry before, whose leaf the next entry of the log names. */
  let open: RunEnd | null = null;
  /** Once the log was opened by somebody who sends signs of life. */
  let hasHeart = false;
  const acts: ReadAct[] = [];

  const fault = (reason: string, index = size, code: Fault['code'] = 'entry_broken'): Fault => ({
    code,
    index,
    noticed: size,
    reason,
  });

  const relative = (reason: string, code?: Fault['code']): Fault => ({
    ...fault(reason, size, code),
    relative: true,
  });

  const placed = (bytes: Buffer): Fault | null => {
    if (frame.index === size - 1 && prev.compare(bytes, frame.prev, frame.prev + HASH) === 0)
      return fault('two entries claim its place', size - 1);
    if (frame.index !== size) return fault(`entry ${frame.index} stands where entry ${size} belongs`);
    return isBefore(bytes, frame.at, at) ? relative('its time lies before the entry before it') : null;
  };
  const continued = (bytes: Buffer): Fault | null => {
    const name = bytes.toString('latin1', frame.run, frame.runEnd);
    const run = runs.get(name) ?? { seq: -1, leaf: null };
    const runPrev = frame.runPrev < 0 ? null : bytes.toString('latin1', frame.runPrev, frame.runPrev + HASH);
    if (frame.runSeq !== run.seq + 1 || runPrev !== run.leaf)
      return relative(`it does not continue its run, which has ${run.seq + 1} entries before it`);
    if (run.seq < 0) runs.set(name, run);
    run.seq += 1;
    open = run;
    return null;
  };
  const named = (bytes: Buffer, act: ReadAct | null): Fault | null => {
    if (log !== null && isNamed(bytes, frame, log)) return null;
    if (log !== null && act?.event !== 'log_restored') return relative('it belongs to another log');
    log = Buffer.from(bytes.subarray(frame.log, frame.logEnd));
    return null;
  };
  /** Of the entries that follow a long silence only one that says so is no gap. */
  const unbroken = (bytes: Buffer, act: ReadAct | null): Fault | null => {
    if (!hasHeart || isSameTenMinutes(bytes, frame.at, at)) return null;
    const silence = timeAt(bytes, frame.at) - timeAt(at, 0);
    if (silence <= LONGEST_SILENCE_MS || act?.event === 'log_opened') return null;
    const minutes = Math.round(silence / 60_000);
    return relative(
      `nothing was recorded for ${minutes} minutes before it, not even a sign of life`,
      'silence',
    );
  };

  return {
    add(bytes, from, to) {
      if (!readFrame(bytes, from, to, frame)) return fault('its bytes do not have the form of an entry');
      if (open !== null) open.leaf = bytes.toString('latin1', frame.prev, frame.prev + HASH);
      const own = isOwn(bytes, frame) ? readAct(bytes.subarray(from, to)) : null;
      if (own === 'malformed') return fault('it claims to be an act of the log and is none');
      const found = placed(bytes) ?? named(bytes, own) ?? unbroken(bytes, own) ?? continued(bytes);
      if (found !== null) return found;
      ids.add(bytes, frame.id);
      if (own !== null) {
        hasHeart ||= own.event === 'log_opened';
        if (own.event !== 'log_heartbeat') acts.push(own);
      }
      bytes.copy(at, 0, frame.at, frame.at + AT);
      bytes.copy(prev, 0, frame.prev, frame.prev + HASH);
      size += 1;
      return null;
    },
    told: () => ({
      // A name that nobody can have is no log's that is looked for.
      log: log === null ? null : (spelled(log.toString()) ?? log.toString()),
      acts,
      suspects: ids.suspects(),
    }),
  };
}

/** Three signs of life missed: nobody's clock is that slow. */
const LONGEST_SILENCE_MS = 15 * 60_000;

function isOwn(bytes: Buffer, frame: Frame): boolean {
  return (
    frame.runEnd - frame.run === LOG_RUN.length &&
    bytes.toString('latin1', frame.run, frame.runEnd) === LOG_RUN
  );
}

function readAct(bytes: Buffer): ReadAct | 'malformed' {
  const reading = readEntry(bytes, nodeCodec);
  if (reading.kind === 'malformed') return 'malformed';
  const { i, prev, log, body } = reading.entry;
  const event = LOG_EVENTS.find((each) => each === body.event);
  return event === undefined ? 'malformed' : { index: i, prev, log, event, details: body.details };
}

/** `2026-11-25T17:5`: what lies within ten minutes of one another mostly agrees so far. */
const TEN_MINUTES = 15;

function isSameTenMinutes(bytes: Buffer, from: number, at: Buffer): boolean {
  for (let n = TEN_MINUTES - 1; n >= 0; n -= 1) if (bytes[from + n] !== at[n]) return false;
  return true;
}

function timeAt(bytes: Buffer, from: number): number {
  return instantOf(bytes.toString('latin1', from, from + AT)) ?? 0;
}

const AT = 24;
const HASH = 64;

function isBefore(bytes: Buffer, from: number, at: Buffer): boolean {
  for (let n = 0; n < AT; n += 1) {
    const difference = (bytes[from + n] ?? 0) - (at[n] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isNamed(bytes: Buffer, frame: Frame, log: Buffer): boolean {
  if (frame.logEnd - frame.log !== log.length) return false;
  for (let n = 0; n < log.length; n += 1) if (bytes[frame.log + n] !== log[n]) return false;
  return true;
}

/**
 * What the checkpoints of a log show once its entries are known: were they signed by keys in force at their size, is
 * there one wherever one is due, and how far do they reach?
 */
import type { Trust } from '../../workflows/audit/trust-file.ts';
import { CHECKPOINT_EVERY } from '../../workflows/audit/checkpoint.ts';
import type { ReadNote } from './checkpoints.ts';
import { keysInForce, type OriginKeys } from './key-history.ts';
import type { ReadAct } from './order.ts';
import type { BrokenCode } from './verdict.ts';
import { outsideWindows } from '../../workflows/audit/rotation.ts';

export interface Signing {
  readonly kind: 'signing';
  /** Entries that a trusted signature covers. */
  readonly signed: number;
  /** Entries that a copy kept elsewhere covers. */
  readonly witnessed: number;
  readonly notices: readonly string[];
}

export interface SigningFault {
  readonly kind: 'fault';
  readonly code: BrokenCode;
  readonly index: number | null;
  readonly reason: string;
}

export interface LogRead {
  readonly size: number;
  readonly log: string | null;
  readonly acts: readonly ReadAct[];
  /** When the first entry beyond the last signed checkpoint was recorded, milliseconds since 1970. */
  readonly uncoveredSince: number | null;
}

/** How long an entry may wait for its checkpoint: the cadence is a second, the rest is for slow disks. */
export const LONGEST_UNSIGNED_MS = 60_000;

/** Roots were compared before; here it is about who signed and what is missing. */
export function judgeSigning(
  notes: readonly ReadNote[],
  read: LogRead,
  { trust, now }: { readonly trust: Trust | null; readonly now: number },
): Signing | SigningFault {
  const witnessed = largest(notes.filter((note) => note.outside));
  const notices = noticesOf(read);
  if (trust === null) return { kind: 'signing', signed: 0, witnessed, notices };
  const keys = keysInForce(trust, read);
  if (keys.kind === 'fault') return keys;
  const bad = notes.map((note) => unfit(note, keys.origins)).find((fault) => fault !== null);
  if (bad !== undefined) return bad;
  const own = notes.filter((note) => note.own).map(({ size }) => size);
  const missing = missingBoundary(own, read.size);
  if (missing !== null)
    return {
      kind: 'fault',
      code: 'checkpoint_missing',
      index: missing - CHECKPOINT_EVERY,
      reason: `there is no checkpoint at ${missing} entries, where one is due`,
    };
  const signed = Math.max(0, ...own);
  const { uncoveredSince } = read;
  if (own.length > 0 && uncoveredSince !== null && now - uncoveredSince > LONGEST_UNSIGNED_MS)
    return {
      kind: 'fault',
      code: 'tail_unconfirmed',
      index: signed,
      reason: `no checkpoint covers the last ${read.size - signed} entries, and they are older than a checkpoint takes`,
    };
  return { kind: 'signing', signed, witnessed, notices };
}

function largest(notes: readonly ReadNote[]): number {
  return notes.reduce((most, { size }) => Math.max(most, size), 0);
}

function unfit(note: ReadNote, origins: readonly OriginKeys[]): SigningFault | null {
  const { size, origin, root, by } = note;
  const keys = origins.find((each) => each.origin === origin);
  const fault = (reason: string): SigningFault => ({
    kind: 'fault',
    code: 'checkpoint_untrusted',
    index: null,
    reason: `${by} at ${size} entries: ${reason}`,
  });
  if (keys === undefined) return fault(`it is of another log, ${origin}`);
  const refusal = outsideWindows({ origin, size, root }, note.signedBy, keys.windows);
  return refusal === null ? null : fault(refusal.reason);
}

/** From the first checkpoint on there is one at every multiple of the interval; null when none is missing. */
function missingBoundary(sizes: readonly number[], size: number): number | null {
  if (sizes.length === 0) return null;
  const there = new Set(sizes);
  const first = Math.ceil(Math.min(...sizes) / CHECKPOINT_EVERY) * CHECKPOINT_EVERY;
  for (let due = Math.max(first, CHECKPOINT_EVERY); due <= size; due += CHECKPOINT_EVERY)
    if (!there.has(due)) return due;
  return null;
}

function noticesOf({ acts }: LogRead): readonly string[] {
  return acts
    .filter(({ event }) => event === 'log_restored')
    .map(({ index, details }) => {
      const lost = Number(details['published'] ?? index) - index;
      return `entry ${index} declares a restored copy: ${lost > 0 ? `${lost} published entries are lost` : 'nothing published was lost'}`;
    });
}

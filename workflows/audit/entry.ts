/**
 * An audit entry: a small envelope written by the log around a body written by the run.
 *
 *   {at, body: {…}, i, id, log, prev, v}        canonical JSON, below 64 KiB, hashed as stored
 *
 * `prev` is the leaf hash of the entry before, so the chain and the tree over all entries are one structure.
 * The body also carries the run's own number and the leaf of the run's previous entry.
 */
import type { Codec } from './codec.ts';

export const ENTRY_VERSION = 1;
/** What follows when `prev` has nothing to point at. */
export const GENESIS = '0'.repeat(64);
/** tlog-tiles gives an entry a 16-bit length. */
export const MAX_ENTRY_BYTES = 65_535;
export interface Entry {
  readonly v: typeof ENTRY_VERSION;
  /** Which log this belongs to; an entry of one log never fits into another. */
  readonly log: string;
  readonly i: number;
  readonly prev: string;
  /** When the log recorded it. Never decreases. */
  readonly at: string;
  readonly id: string;
  readonly body: EntryBody;
}

export interface EntryBody {
  readonly event: string;
  readonly task: string | null;
  readonly details: { readonly [name: string]: unknown };
  readonly run: string;
  readonly run_seq: number;
  /** Null at the run's first entry. */
  readonly run_prev: string | null;
  /** When the run's first execution started. */
  readonly run_started: string;
  readonly workflow: string;
  readonly case: string;
  readonly playbook: string;
  readonly workflow_time: string;
  readonly coordinate: string;
  /** By how much the recording clock lagged behind the entry before; absent when it did not. */
  readonly skew_ms?: number;
}

/** Lower-case hex. */
export function digestText(text: string, codec: Codec): string {
  return codec.sha256Hex(text);
}

/** Signed notes as claims about the log: what they say, who signed them, and whether that counts. */
import { readCheckpoint } from '../../workflows/audit/checkpoint.ts';
import { readNote } from '../../workflows/audit/note.ts';
import { openCheckpoint, isSeenBy } from '../../workflows/audit/trust.ts';
import type { Trust } from '../../workflows/audit/trust-file.ts';
import type { VerifierKey } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { RootClaim } from './claims.ts';

export interface ReadNote extends RootClaim {
  readonly origin: string;
  /** Trusted keys of the log; empty where no trust was given. */
  readonly signedBy: readonly VerifierKey[];
  /** One that the log itself keeps. */
  readonly own: boolean;
}

export interface NoteOrigin {
  readonly by: string;
  readonly own: boolean;
  readonly outside: boolean;
}

export type ReadNotes =
  | { readonly kind: 'notes'; readonly notes: readonly ReadNote[] }
  | { readonly kind: 'untrusted'; readonly reason: string };

/**
 * Without a trust, notes are compared and prove nobody. With one, every note must be signed by a trusted key of its log;
 * one that was cosigned by as many witnesses as the trust asks for counts as kept outside.
 */
export function readCheckpoints(notes: readonly string[], trust: Trust | null, from: NoteOrigin): ReadNotes {
  const read: ReadNote[] = [];
  for (const [at, note] of notes.entries()) {
    const one = trust === null ? unsigned(note, from) : signed(note, trust, from);
    if (typeof one === 'string')
      return { kind: 'untrusted', reason: `${from.by} (the ${ordinal(at + 1)}): ${one}` };
    read.push(one);
  }
  return { kind: 'notes', notes: read };
}

function signed(note: string, trust: Trust, { by, own, outside }: NoteOrigin): ReadNote | string {
  const opened = openCheckpoint(note, { ...trust, quorum: null }, nodeCodec);
  if (opened.kind === 'refused') return opened.reason;
  const { checkpoint, signedBy, witnesses } = opened;
  const names = witnesses.map(({ name }) => name);
  const cosigned = trust.quorum !== null && isSeenBy(trust.quorum, new Set(names));
  return {
    size: checkpoint.size,
    root: checkpoint.root,
    origin: checkpoint.origin,
    by: cosigned ? `${by}, seen by ${names.join(', ')},` : by,
    outside: outside || cosigned,
    signedBy,
    own,
  };
}

function unsigned(note: string, { by, own, outside }: NoteOrigin): ReadNote | string {
  const reading = readNote(note, nodeCodec);
  if (reading.kind === 'refused') return reading.reason;
  const text = readCheckpoint(reading.note.text, nodeCodec);
  if (text.kind === 'refused') return text.reason;
  const { size, root, origin } = text.checkpoint;
  return { size, root, origin, by, outside, signedBy: [], own };
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

/** Signed notes as claims about the log: what they say, who signed them, and whether that counts. */
import { readCheckpoint, type Checkpoint } from '../../workflows/audit/checkpoint.ts';
import { readNote, type SignedNote } from '../../workflows/audit/note.ts';
import { isSeenBy, openCheckpoint } from '../../workflows/audit/trust.ts';
import type { Trust } from '../../workflows/audit/trust-file.ts';
import type { VerifierKey } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { RootClaim } from './claims.ts';

export interface ReadNote extends RootClaim {
  readonly origin: string;
  /** Trusted keys of the log that its signatures name; empty where no trust was given. */
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

interface Named {
  readonly source: string;
  readonly checkpoint: Checkpoint;
  readonly keys: readonly VerifierKey[];
  /** Names of trusted witnesses that its signatures name. */
  readonly witnesses: readonly string[];
}

/**
 * Every note must name a trusted key of its log; without a trust, notes are compared and prove nobody.
 *
 * A tree that is signed covers every tree that it continues, and whether it does the entries show. So of each key the
 * newest note is verified, and of each quorum of witnesses the newest that has one; all the others too where
 * `thorough`, which is due as soon as anything disagrees. A key that was replaced has a newest note of its own: whoever
 * holds today's key only cannot pass off yesterday's entries.
 */
export function readCheckpoints(
  notes: readonly string[],
  trust: Trust | null,
  from: NoteOrigin,
  thorough: boolean,
): ReadNotes {
  const named: Named[] = [];
  for (const [at, source] of notes.entries()) {
    const one = nameOf(source, trust);
    if (typeof one === 'string') return untrusted(from, at, one);
    named.push(one);
  }
  const seen = trust === null ? null : newest(named.filter((note) => isSeen(trust, note.witnesses)));
  if (trust !== null) {
    const due = new Set(thorough ? named : [...newestOfKeys(named), ...(seen === null ? [] : [seen])]);
    for (const note of due) {
      const fault = verify(note, trust, note === seen);
      if (fault !== null) return untrusted(from, named.indexOf(note), fault);
    }
  }
  return { kind: 'notes', notes: named.map((note) => claimOf(note, from, note === seen)) };
}

/** Form only: which trusted keys the note says it is signed with. */
function nameOf(source: string, trust: Trust | null): Named | string {
  const reading = readNote(source, nodeCodec);
  if (reading.kind === 'refused') return reading.reason;
  const text = readCheckpoint(reading.note.text, nodeCodec);
  if (text.kind === 'refused') return text.reason;
  const { checkpoint } = text;
  if (trust === null) return { source, checkpoint, keys: [], witnesses: [] };
  const logs = trust.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  const keys = logs.filter((key) => names(reading.note, key));
  if (keys.length === 0) return 'no key that the policy has for this log has signed the checkpoint';
  const witnesses = trust.witnesses.filter(({ key }) => names(reading.note, key)).map(({ name }) => name);
  return { source, checkpoint, keys, witnesses };
}

function names({ signatures }: SignedNote, key: VerifierKey): boolean {
  return signatures.some(({ name, id }) => name === key.name && id === key.id);
}

function newestOfKeys(named: readonly Named[]): readonly Named[] {
  const keys = new Set(named.flatMap((note) => note.keys));
  return [...keys].flatMap((key) => newest(named.filter((note) => note.keys.includes(key))) ?? []);
}

function newest(named: readonly Named[]): Named | null {
  return named.reduce<Named | null>(
    (most, note) => (most === null || note.checkpoint.size > most.checkpoint.size ? note : most),
    null,
  );
}

/** Why the note does not count, or null. */
function verify(note: Named, trust: Trust, needsQuorum: boolean): string | null {
  const opened = openCheckpoint(note.source, needsQuorum ? trust : { ...trust, quorum: null }, nodeCodec);
  if (opened.kind === 'refused') return opened.reason;
  const isWhole = note.keys.every((key) => opened.signedBy.includes(key));
  return isWhole ? null : 'a key that it names has not signed it';
}

function isSeen({ quorum }: Trust, witnesses: readonly string[]): boolean {
  return quorum !== null && isSeenBy(quorum, new Set(witnesses));
}

function claimOf({ checkpoint, keys, witnesses }: Named, from: NoteOrigin, seen: boolean): ReadNote {
  const { size, root, origin } = checkpoint;
  const by = seen ? `${from.by}, seen by ${witnesses.join(', ')},` : from.by;
  return { size, root, origin, by, outside: from.outside || seen, own: from.own, signedBy: keys };
}

function untrusted({ by }: NoteOrigin, at: number, reason: string): ReadNotes {
  return { kind: 'untrusted', reason: `${by} (the ${ordinal(at + 1)}): ${reason}` };
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

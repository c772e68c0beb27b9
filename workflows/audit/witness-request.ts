/** What a log sends to a witness (C2SP tlog-witness, add-checkpoint), written and read. */
import type { NoteCodec } from './codec.ts';
import { decimalOf } from './decimal.ts';
import { MAX_NOTE } from './note.ts';
import { refused, type Refused } from './refusal.ts';

/** A tree has no more levels than bits in its size. */
const MAX_PROOF = 63;
/** Room for the note, and for 63 hashes with some to spare. */
export const MAX_REQUEST = MAX_NOTE + 4_096;

export interface AddCheckpoint {
  /** The size that the witness has, as far as the log knows. */
  readonly old: number;
  /** From the old size to that of the checkpoint. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint. */
  readonly note: string;
}

export function addCheckpointText({ old, proof, note }: AddCheckpoint, codec: NoteCodec): string {
  return `old ${old}\n${proof.map((hash) => `${codec.base64(hash)}\n`).join('')}\n${note}`;
}

export type AddCheckpointReading = { readonly kind: 'request'; readonly request: AddCheckpoint } | Refused;

/** Form only. */
export function readAddCheckpoint(text: string, codec: NoteCodec): AddCheckpointReading {
  if (text.length > MAX_REQUEST) return refused('too_big', `it is longer than ${MAX_REQUEST} characters`);
  const blank = text.indexOf('\n\n');
  if (blank < 0) return refused('malformed', 'there is no empty line before the checkpoint');
  const [first = '', ...lines] = text.slice(0, blank).split('\n');
  const old = first.startsWith('old ') ? decimalOf(first.slice('old '.length)) : null;
  if (old === null) return refused('malformed', 'the first line is not "old" and a decimal size', 1);
  if (lines.length > MAX_PROOF) return refused('too_big', `the proof has more than ${MAX_PROOF} hashes`);
  const proof = lines.map((line) => codec.fromBase64(line));
  const bad = proof.findIndex((hash) => hash?.length !== 32);
  if (bad >= 0) return refused('malformed', 'it is not a SHA-256 hash in base64', bad + 2);
  const hashes = proof.filter((hash) => hash !== null);
  return { kind: 'request', request: { old, proof: hashes, note: text.slice(blank + 2) } };
}

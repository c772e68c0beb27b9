/** Is a line of a note the signature of a key? Log keys sign the text, witness keys the text and a time. */
import type { NoteCodec } from './codec.ts';
import type { NoteSignature, SignedNote } from './note.ts';
import { refused, type Refused } from './refusal.ts';
import type { VerifierKey } from './verifier-key.ts';

const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;

/** One key's verified signature. `time`, in seconds since 1970, is a witness's word; null for a log's. */
export interface Verified {
  readonly key: VerifierKey;
  readonly time: number | null;
}

export type Signers = { readonly kind: 'signers'; readonly signers: readonly Verified[] } | Refused;

/**
 * Those of `keys` that signed. Lines of other keys are passed over; a line that names one of them and is not its
 * signature refuses the whole note.
 */
export function verifySignatures(note: SignedNote, keys: readonly VerifierKey[], codec: NoteCodec): Signers {
  const signers: Verified[] = [];
  for (const line of note.signatures) {
    const key = keys.find(({ name, id }) => name === line.name && id === line.id);
    if (key === undefined) continue;
    const verified = verify(note.text, line, key, codec);
    if (verified === null)
      return refused('bad_signature', `the signature of ${key.name} is not over this text`);
    if (!signers.some((each) => each.key === key)) signers.push(verified);
  }
  return { kind: 'signers', signers };
}

function verify(text: string, line: NoteSignature, key: VerifierKey, codec: NoteCodec): Verified | null {
  switch (key.type) {
    case 'log': {
      if (line.bytes.length !== SIGNATURE_BYTES) return null;
      const good = codec.verifyEd25519(key.publicKey, codec.encode(text), line.bytes);
      return good ? { key, time: null } : null;
    }
    case 'witness': {
      if (line.bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
      const time = readTime(line.bytes.subarray(0, TIME_BYTES));
      if (time === null) return null;
      const message = cosignedText(text, time);
      const good = codec.verifyEd25519(key.publicKey, codec.encode(message), line.bytes.subarray(TIME_BYTES));
      return good ? { key, time } : null;
    }
  }
}

/** What a witness signs (cosignature/v1): never the same bytes as a log. */
export function cosignedText(text: string, time: number): string {
  return `cosignature/v1\ntime ${time}\n${text}`;
}

/** `timestamped_signature` of the specification. */
export function cosignatureBytes(time: number, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES + signature.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(time));
  bytes.set(signature, TIME_BYTES);
  return bytes;
}

function readTime(bytes: Uint8Array): number | null {
  const time = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(time) ? time : null;
}

/**
 * Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures. What they mean is read only
 * after a trusted key's signature over the text was verified.
 */
import { hex, type NoteCodec } from './codec.ts';
import { refused, type Refused } from './refusal.ts';
import { isKeyName } from './verifier-key.ts';

export interface NoteSignature {
  readonly name: string;
  /** Key id, eight lower-case hex digits. */
  readonly id: string;
  /** What the key made of the text, after the id. */
  readonly bytes: Uint8Array;
}

export interface SignedNote {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Room for the sixteen signatures that must be accepted, also when all of them are post-quantum. */
export const MAX_NOTE = 128 * 1024;
const MAX_SIGNATURES = 64;
/** A key id of four bytes and at least something after it. */
const SHORTEST_SIGNATURE = 5;
const LINE = /^\u2014 (\S+) (\S+)$/u;

export type NoteReading = { readonly kind: 'note'; readonly note: SignedNote } | Refused;

/** Form only: nothing about the note may be believed yet. */
export function readNote(source: string, codec: NoteCodec): NoteReading {
  if (source.length > MAX_NOTE) return refused('too_big', `a note is longer than ${MAX_NOTE} characters`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0009\u000b-\u001f\ud800-\udfff]/u.test(source))
    return refused('malformed', 'a note holds control characters');
  const blank = source.lastIndexOf('\n\n');
  if (blank < 1 || !source.endsWith('\n'))
    return refused('malformed', 'a note is a text, an empty line and lines of signatures');
  const lines = source.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES)
    return refused('too_big', `a note has more than ${MAX_SIGNATURES} signatures`);
  const signatures = readSignatures(lines, codec);
  if (signatures === null) return refused('malformed', 'a signature line of the note is not one');
  return { kind: 'note', note: { text: source.slice(0, blank + 1), signatures } };
}

/** Null when a line is no signature line. */
export function readSignatures(lines: readonly string[], codec: NoteCodec): readonly NoteSignature[] | null {
  const signatures = lines.map((line) => {
    const [, name, material] = LINE.exec(line) ?? [];
    const bytes = material === undefined ? null : codec.fromBase64(material);
    if (name === undefined || !isKeyName(name) || bytes === null) return null;
    if (bytes.length < SHORTEST_SIGNATURE) return null;
    return { name, id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
  });
  return signatures.every((each) => each !== null) ? signatures : null;
}

export function noteText({ text, signatures }: SignedNote, codec: NoteCodec): string {
  return `${text}\n${signatures.map((each) => `${signatureLine(each, codec)}\n`).join('')}`;
}

/** Without its newline. */
export function signatureLine({ name, id, bytes }: NoteSignature, codec: NoteCodec): string {
  const idBytes = [0, 2, 4, 6].map((at) => Number.parseInt(id.slice(at, at + 2), 16));
  return `\u2014 ${name} ${codec.base64(new Uint8Array([...idBytes, ...bytes]))}`;
}

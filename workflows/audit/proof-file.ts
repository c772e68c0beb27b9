/** A proof in one file (C2SP tlog-proof): index, inclusion hashes and a signed checkpoint. It is checked offline. */
import { hex, type NoteCodec } from './codec.ts';
import { bytesOfHex, type Checkpoint } from './checkpoint.ts';
import { decimalOf } from './decimal.ts';
import { leafHash } from './merkle.ts';
import { MAX_NOTE } from './note.ts';
import { provesInclusion } from './proving.ts';
import { refused, type Refused } from './refusal.ts';
import { openCheckpoint, type OpenedCheckpoint } from './trust.ts';
import type { Trust } from './trust-file.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree has no more levels than bits in its size. */
export const MAX_HASHES = 63;
export const MAX_FILE = MAX_NOTE + 64 * 1024;

export interface ProofFile {
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint with its signatures, as it was published. */
  readonly note: string;
  /** Whatever the maker put there; nobody vouches for it. */
  readonly extra: Uint8Array | null;
}

export function proofText({ index, hashes, note, extra }: ProofFile, codec: NoteCodec): string {
  const extraLine = extra === null ? [] : [`extra ${codec.base64(extra)}`];
  const lines = [HEADER, ...extraLine, `index ${index}`, ...hashes.map((each) => codec.base64(each))];
  return `${lines.join('\n')}\n\n${note}`;
}

export type ProofReading = { readonly kind: 'proof'; readonly proof: ProofFile } | Refused;

/** Form only. */
export function readProof(source: string, codec: NoteCodec): ProofReading {
  if (source.length > MAX_FILE) return refused('too_big', `a proof is longer than ${MAX_FILE} characters`);
  const blank = source.indexOf('\n\n');
  if (blank < 0) return refused('malformed', 'a proof ends with an empty line and a checkpoint');
  const lines = source.slice(0, blank).split('\n');
  if (lines[0] !== HEADER) return refused('malformed', `a proof begins with ${HEADER}`, 1);
  const extraText = lines[1]?.startsWith('extra ') === true ? lines[1].slice('extra '.length) : null;
  const extra = extraText === null ? null : codec.fromBase64(extraText);
  if (extraText !== null && extra === null) return refused('malformed', 'the extra data is not base64', 2);
  const at = extraText === null ? 1 : 2;
  const [, indexText = ''] = /^index (.*)$/s.exec(lines[at] ?? '') ?? [];
  const index = decimalOf(indexText);
  if (index === null) return refused('malformed', 'the index is not a decimal number', at + 1);
  const hashLines = lines.slice(at + 1);
  if (hashLines.length > MAX_HASHES) return refused('too_big', `a proof has more than ${MAX_HASHES} hashes`);
  const hashes = hashLines.map((line) => codec.fromBase64(line));
  const bad = hashes.findIndex((each) => each?.length !== 32);
  if (bad >= 0) return refused('malformed', 'a line is not a SHA-256 hash in base64', at + 2 + bad);
  const known = hashes.filter((each) => each !== null);
  return { kind: 'proof', proof: { index, hashes: known, note: source.slice(blank + 2), extra } };
}

export type ProofVerdict =
  | {
      readonly kind: 'proved';
      readonly index: number;
      readonly checkpoint: Checkpoint;
      /** Who confirmed the checkpoint, and when. */
      readonly witnesses: OpenedCheckpoint['witnesses'];
      /** The bytes that stand at the index. */
      readonly entry: Uint8Array;
    }
  | Refused;

/**
 * Are these the bytes of the entry at the proof's index, in a tree that the trusted log signed and the quorum of
 * witnesses saw? Needs nothing but its arguments. Without an entry it is the one in the file's extra data, which
 * the proof then vouches for.
 */
export function checkProof(
  file: string,
  trust: Trust,
  codec: NoteCodec,
  given: Uint8Array | null = null,
): ProofVerdict {
  const reading = readProof(file, codec);
  if (reading.kind === 'refused') return reading;
  const { index, hashes, note, extra } = reading.proof;
  const entry = given ?? extra;
  if (entry === null)
    return refused('bad_proof', 'the proof does not hold the entry; name the file that does');
  const opened = openCheckpoint(note, trust, codec);
  if (opened.kind === 'refused') return opened;
  const { checkpoint, witnesses } = opened;
  const leaf = leafHash(entry, codec.sha256);
  const root = bytesOfHex(checkpoint.root);
  const inclusion = { index, size: checkpoint.size, leaf, proof: hashes, root };
  if (provesInclusion(inclusion, codec.sha256))
    return { kind: 'proved', index, checkpoint, witnesses, entry };
  const found = hex(leaf).slice(0, 16);
  return refused(
    'bad_proof',
    `the entry with leaf hash ${found}… does not stand at index ${index} of that log`,
  );
}

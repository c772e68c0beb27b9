/** What a log says of itself at one size (C2SP tlog-checkpoint): the text that is signed. */
import { hex, type NoteCodec } from './codec.ts';
import { decimalOf } from './decimal.ts';
import { refused, type Refused } from './refusal.ts';

export interface Checkpoint {
  /** The log's name; a checkpoint of one log says nothing about another. */
  readonly origin: string;
  readonly size: number;
  /** Root of the tree over all entries, lower-case hex. */
  readonly root: string;
}

const HASH_BYTES = 32;

/** There is a checkpoint at every multiple of this many entries: that one is missing is itself evidence. */
export const CHECKPOINT_EVERY = 256;

/** No extension lines: they are not covered by every kind of cosignature. */
export function checkpointText({ origin, size, root }: Checkpoint, codec: NoteCodec): string {
  return `${origin}\n${size}\n${codec.base64(bytesOfHex(root))}\n`;
}

export type CheckpointReading =
  | {
      readonly kind: 'checkpoint';
      readonly checkpoint: Checkpoint;
      /** Opaque, and nothing that anybody vouches for. */
      readonly extensions: readonly string[];
    }
  | Refused;

/** From a note's text, whose signatures are checked elsewhere. */
export function readCheckpoint(text: string, codec: NoteCodec): CheckpointReading {
  const [origin, sizeText, rootText, ...rest] = text.split('\n');
  if (rest.pop() !== '' || !origin || !sizeText || !rootText || rest.includes(''))
    return refused('malformed', 'a checkpoint has an origin, a size and a root, each on a line');
  const size = decimalOf(sizeText);
  if (size === null) return refused('malformed', 'the size of a checkpoint is not a decimal number');
  const root = codec.fromBase64(rootText);
  if (root?.length !== HASH_BYTES)
    return refused('malformed', 'the root of a checkpoint is not a SHA-256 hash in base64');
  return { kind: 'checkpoint', checkpoint: { origin, size, root: hex(root) }, extensions: rest };
}

/** The text MUST be hexadecimal, two digits a byte. */
export function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(at * 2, at * 2 + 2), 16),
  );
}

/**
 * A log key gives way to another. Both sign a statement of it, the statement is an entry of the log, and for an
 * overlap both sign checkpoints. What a key is good for is a range of tree sizes, never of clock time: a thief of
 * today's key cannot sign yesterday's log anew.
 */
import type { Checkpoint } from './checkpoint.ts';
import type { NoteCodec } from './codec.ts';
import { decimalOf } from './decimal.ts';
import { GENESIS } from './entry.ts';
import { readNote } from './note.ts';
import { refused, type Refused } from './refusal.ts';
import { verifySignatures } from './signature.ts';
import { isSameKey, readVerifierKey, vkeyText, type VerifierKey } from './verifier-key.ts';

/** The second line of a checkpoint is a number and this one's is not: neither can ever pass as the other. */
const HEADER = 'cordon/key-rotation/v1';

export interface Rotation {
  readonly origin: string;
  /** Entries in the log when it was made; its own entry follows, if not at once. */
  readonly size: number;
  /** Leaf hash of the last of them; `GENESIS` when there are none. */
  readonly previous: string;
  readonly old: VerifierKey;
  readonly next: VerifierKey;
  /** The last tree size that both keys sign. */
  readonly overlap: number;
}

export function rotationText(
  { origin, size, previous, old, next, overlap }: Rotation,
  codec: NoteCodec,
): string {
  return [
    HEADER,
    `origin ${origin}`,
    `size ${size}`,
    `previous ${previous}`,
    `old ${vkeyText(old, codec)}`,
    `next ${vkeyText(next, codec)}`,
    `overlap ${overlap}`,
    '',
  ].join('\n');
}

export type RotationReading = { readonly kind: 'rotation'; readonly rotation: Rotation } | Refused;

/** Signed by both keys it names. Whether the old one may be believed is the caller's to say. */
export function readRotation(source: string, codec: NoteCodec): RotationReading {
  const reading = readNote(source, codec);
  if (reading.kind === 'refused') return reading;
  const rotation = rotationOf(reading.note.text, codec);
  if (rotation === null) return refused('malformed', 'this is no statement of a change of keys');
  const signed = verifySignatures(reading.note, [rotation.old, rotation.next], codec);
  if (signed.kind === 'refused') return signed;
  return signed.signers.length === 2
    ? { kind: 'rotation', rotation }
    : refused('unknown_key', 'a change of keys is signed by the old key and by the new one');
}

function rotationOf(text: string, codec: NoteCodec): Rotation | null {
  const lines = text.split('\n');
  const value = (at: number, name: string): string | null => {
    const line = lines[at];
    return line?.startsWith(`${name} `) === true ? line.slice(name.length + 1) : null;
  };
  const origin = value(1, 'origin');
  const size = decimalOf(value(2, 'size') ?? '');
  const previous = value(3, 'previous') ?? '';
  const old = readVerifierKey(value(4, 'old') ?? '', codec);
  const next = readVerifierKey(value(5, 'next') ?? '', codec);
  const overlap = decimalOf(value(6, 'overlap') ?? '');
  if (lines.length !== 8 || lines[0] !== HEADER || lines[7] !== '' || !origin) return null;
  if (size === null || overlap === null || overlap < size || previous.length !== GENESIS.length) return null;
  if (old.kind === 'refused' || next.kind === 'refused' || isSameKey(old.key, next.key)) return null;
  if (old.key.type !== 'log' || next.key.type !== 'log') return null;
  if (old.key.name !== origin || next.key.name !== origin) return null;
  const rotation = { origin, size, previous, old: old.key, next: next.key, overlap };
  return rotationText(rotation, codec) === text ? rotation : null;
}

/** For which tree sizes a key is good; `to` is the last one, null while it is the newest. */
export interface KeyWindow {
  readonly key: VerifierKey;
  readonly from: number;
  readonly to: number | null;
}

/**
 * The windows after a change of keys whose statement stands at `index`. `leafAt` gives leaf hashes of entries
 * before it, or null for those that the caller did not keep: the statement names one, so that it fits into no other
 * history of the log.
 */
export function afterRotation(
  windows: readonly KeyWindow[],
  rotation: Rotation,
  index: number,
  leafAt: (index: number) => string | null,
): { readonly kind: 'windows'; readonly windows: readonly KeyWindow[] } | Refused {
  const newest = windows.at(-1);
  if (newest === undefined || !isSameKey(newest.key, rotation.old))
    return refused('unknown_key', 'the key that gives way is not the one in force');
  const previous = rotation.size === 0 ? GENESIS : leafAt(rotation.size - 1);
  const isElsewhere = previous !== null && rotation.previous !== previous;
  if (rotation.size > index || rotation.overlap < index || isElsewhere)
    return refused('malformed', 'the change of keys belongs to another place in the log');
  const closed = { ...newest, to: rotation.overlap };
  const opened = { key: rotation.next, from: index + 1, to: null };
  return { kind: 'windows', windows: [...windows.slice(0, -1), closed, opened] };
}

export function isInForce({ from, to }: KeyWindow, size: number): boolean {
  return from <= size && (to === null || size <= to);
}

/** Null when a key signed that was in force at the checkpoint's size, and none that was not. */
export function outsideWindows(
  { size }: Checkpoint,
  signedBy: readonly VerifierKey[],
  windows: readonly KeyWindow[],
): Refused | null {
  const inForce = (key: VerifierKey): boolean =>
    windows.some((window) => isSameKey(window.key, key) && isInForce(window, size));
  if (signedBy.length > 0 && signedBy.every(inForce)) return null;
  return refused('outside_window', `the checkpoint of ${size} entries has a key that was not in force then`);
}

/**
 * The keys a log signs with.
 *
 * K1 A key signs at the sizes of its window only, and after its window its private half is destroyed.
 * K2 A change of keys is written down before it is recorded, and made good after: it is never made twice, and
 *    never half. Until it is made good, the old key signs alone.
 */
import type { NoteSignature } from '../../workflows/audit/note.ts';
import { noteText } from '../../workflows/audit/note.ts';
import { isInForce, rotationText, type KeyWindow } from '../../workflows/audit/rotation.ts';
import {
  isKeyName,
  readVerifierKey,
  vkeyText,
  type VerifierKey,
} from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { LogHead } from '../stores/audit.ts';
import { realDisk, replaceDurably, type Disk } from './disk.ts';
import { keyPairOf, makeKeyPair, seedText, signText, type KeyPair } from './key-pair.ts';
import { keyringBytes, readKeyring, type KeyringFile, type KeyRow } from './keyring-file.ts';

export interface Keyring {
  readonly log: string;
  windows(): readonly KeyWindow[];
  /** Signatures of every key in force at that size. */
  sign(text: string, size: number): readonly NoteSignature[];
  /** The statement of the change of keys that was asked for, signed by both; null when none was. */
  statement(head: LogHead): Promise<string | null>;
  /** The statement stands at `index` of the log: from now on the new key signs. */
  rotated(index: number): Promise<void>;
  /** The statement did not reach the log while it was good; the next turn makes another. */
  discard(): Promise<void>;
  /** Destroys the private halves of keys whose window ends before `size`. */
  retire(size: number): Promise<void>;
}

export type OpenedKeyring =
  | { readonly kind: 'keyring'; readonly keyring: Keyring; readonly made: boolean }
  | { readonly kind: 'problem'; readonly problem: string };

/** Opens the keys of the log of that name; where there is no file it is made, unless the log was signed before. */
export async function openKeyring(
  path: string,
  log: string,
  signedBefore: boolean,
  disk: Disk = realDisk,
): Promise<OpenedKeyring> {
  const reading = await readKeyring(path);
  switch (reading.kind) {
    case 'problem':
      return reading;
    case 'file':
      if (reading.file.log === log)
        return { kind: 'keyring', keyring: over(path, reading.file, disk), made: false };
      return {
        kind: 'problem',
        problem: `${path} holds the keys of the log ${reading.file.log}, and this is ${log}; name another file`,
      };
    case 'absent': {
      if (signedBefore)
        return {
          kind: 'problem',
          problem: `${path} is gone, and the log was signed with its keys; restore it`,
        };
      if (!isKeyName(log))
        return {
          kind: 'problem',
          problem: `the log's name ${log} cannot name a key: it holds spaces or "+"`,
        };
      const first = rowOf(makeKeyPair(log, 'log'), 0);
      const file: KeyringFile = { log, keys: [first], next: null };
      await replaceDurably(path, keyringBytes(file), disk);
      return { kind: 'keyring', keyring: over(path, file, disk), made: true };
    }
  }
}

/** By how many entries two keys overlap when nobody says otherwise. */
const OVERLAP = 256;

/** Asks for a change of keys; whoever signs the log makes it at its next turn. A problem, or null. */
export async function askForRotation(
  path: string,
  overlap = OVERLAP,
  disk: Disk = realDisk,
): Promise<string | null> {
  const reading = await readKeyring(path);
  if (reading.kind === 'absent') return `there is no file ${path}; start a worker first, which makes it`;
  if (reading.kind === 'problem') return reading.problem;
  const { file } = reading;
  if (file.next !== null) return `a change of keys was asked for already; a running worker makes it`;
  const pair = makeKeyPair(file.log, 'log');
  const next = { vkey: vkeyText(pair.key, nodeCodec), private: seedText(pair), overlap, statement: null };
  await replaceDurably(path, keyringBytes({ ...file, next }), disk);
  return null;
}

function over(path: string, opened: KeyringFile, disk: Disk): Keyring {
  let file = opened;
  const save = async (next: KeyringFile): Promise<void> => {
    await replaceDurably(path, keyringBytes(next), disk);
    file = next;
  };
  return {
    log: file.log,
    windows: () => file.keys.map(windowOf),
    sign: (text, size) =>
      file.keys
        .filter((row) => isInForce(windowOf(row), size))
        .flatMap((row) => pairOf(file.log, row) ?? [])
        .map((pair) => signText(text, pair)),
    async statement({ log, size, leaf }) {
      // Somebody else may have asked since: the file is the place to ask.
      const reading = await readKeyring(path);
      if (reading.kind !== 'file' || reading.file.next === null) return null;
      file = reading.file;
      const { next } = reading.file;
      if (next.statement !== null) return next.statement;
      const old = file.keys.map((row) => pairOf(log, row)).findLast((pair) => pair !== null) ?? null;
      const pair = keyPairOf(log, 'log', next.private);
      if (old === null || pair === null) return null;
      const rotation = { origin: log, size, previous: leaf, old: old.key, next: pair.key };
      const text = rotationText({ ...rotation, overlap: size + next.overlap }, nodeCodec);
      const statement = noteText(
        { text, signatures: [signText(text, old), signText(text, pair)] },
        nodeCodec,
      );
      await save({ ...file, next: { ...next, overlap: size + next.overlap, statement } });
      return statement;
    },
    async rotated(index) {
      const { keys, next } = file;
      if (next === null) return;
      const closed = keys.map((row) => (row.to === null ? { ...row, to: next.overlap } : row));
      const opened: KeyRow = { vkey: next.vkey, private: next.private, from: index + 1, to: null };
      await save({ ...file, keys: [...closed, opened], next: null });
    },
    async discard() {
      if (file.next !== null)
        await save({ ...file, next: { ...file.next, statement: null, overlap: OVERLAP } });
    },
    async retire(size) {
      const isOver = ({ to, private: secret }: KeyRow): boolean =>
        secret !== null && to !== null && to < size;
      if (!file.keys.some(isOver)) return;
      await save({ ...file, keys: file.keys.map((row) => (isOver(row) ? { ...row, private: null } : row)) });
    },
  };
}

function rowOf(pair: KeyPair, from: number): KeyRow {
  return { vkey: vkeyText(pair.key, nodeCodec), private: seedText(pair), from, to: null };
}

function pairOf(log: string, { private: secret }: KeyRow): KeyPair | null {
  return secret === null ? null : keyPairOf(log, 'log', secret);
}

function windowOf({ vkey, from, to }: KeyRow): KeyWindow {
  return { key: publicOf(vkey), from, to };
}

function publicOf(vkey: string): VerifierKey {
  const reading = readVerifierKey(vkey, nodeCodec);
  if (reading.kind === 'refused')
    throw new Error(`a key that was checked when it was read is none: ${reading.reason}`);
  return reading.key;
}

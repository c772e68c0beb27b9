/**
 * The keys a log signs with.
 *
 * K1 A key signs at the sizes of its window only, and after its window its private half is destroyed.
 * K2 A change of keys is written down before it is recorded, and made good after: it is never made twice, and
 *    never half. Until it is made good, the old key signs alone.
 * K3 Whoever writes the file holds its lock and has read it again: several processes may share it.
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
import { alone } from './alone.ts';
import { realDisk, replaceDurably, type Disk } from './disk.ts';
import { keyPairOf, makeKeyPair, seedText, signText, type KeyPair } from './key-pair.ts';
import { keyringBytes, readKeyring, type KeyringFile, type KeyRow } from './keyring-file.ts';

export interface Keyring {
  readonly log: string;
  /** Reads the file again: another process may have asked for a change of keys, or made one. */
  isRotationAsked(): Promise<boolean>;
  /** Runs what changes keys while no other process does; null when one does. */
  alone<T>(work: () => Promise<T>): Promise<T | null>;
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
      const file = await makeKeyring(path, log, [], disk);
      return { kind: 'keyring', keyring: over(path, file, disk), made: true };
    }
  }
}

/** A first key for the log of that name. `former` are the public keys of the names it had before. */
export async function makeKeyring(
  path: string,
  log: string,
  former: readonly string[],
  disk: Disk = realDisk,
): Promise<KeyringFile> {
  const first = rowOf(makeKeyPair(log, 'log'), 0);
  const file: KeyringFile = { log, keys: [first], next: null, former: [...former] };
  await replaceDurably(path, keyringBytes(file), disk);
  return file;
}

/** By how many entries two keys overlap when nobody says otherwise. */
export const OVERLAP = 256;

function over(path: string, opened: KeyringFile, disk: Disk): Keyring {
  let file = opened;
  const save = async (next: KeyringFile): Promise<void> => {
    await replaceDurably(path, keyringBytes(next), disk);
    file = next;
  };
  const renewed = async (): Promise<KeyringFile> => {
    const reading = await readKeyring(path);
    if (reading.kind === 'file') file = reading.file;
    return file;
  };
  return {
    log: file.log,
    isRotationAsked: async () => (await renewed()).next !== null,
    alone: (work) => alone(path, work),
    windows: () => file.keys.map(windowOf),
    sign: (text, size) =>
      file.keys
        .filter((row) => isInForce(windowOf(row), size))
        .flatMap((row) => pairOf(file.log, row) ?? [])
        .map((pair) => signText(text, pair)),
    async statement({ log, size, leaf }) {
      const { next } = await renewed();
      if (next === null) return null;
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
      // Read again while nobody else writes: what another process changed must not be lost. When one does, later.
      await alone(path, async () => {
        const { keys } = await renewed();
        await save({ ...file, keys: keys.map((row) => (isOver(row) ? { ...row, private: null } : row)) });
      });
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

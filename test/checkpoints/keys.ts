/** Keys, notes and trees for the tests of checkpoints, made without the code under test where that matters. */
import { createHash, createPrivateKey, createPublicKey, sign as nodeSign, type KeyObject } from 'node:crypto';
import { nodeCodec } from '../../activities/stores/index.ts';
import { noteText, type NoteSignature } from '../../workflows/audit/note.ts';
import { cosignatureBytes, cosignedText } from '../../workflows/audit/signature.ts';
import { readTrust, type Trust } from '../../workflows/audit/trust-file.ts';
import { verifierKey, vkeyText, type KeyType, type VerifierKey } from '../../workflows/audit/verifier-key.ts';

export interface TestKey {
  readonly key: VerifierKey;
  readonly vkey: string;
  readonly private: KeyObject;
}

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same key for the same seed text. */
export function testKey(name: string, type: KeyType, seed: string = name): TestKey {
  const secret = createHash('sha256').update(seed).digest();
  return keyOfSeed(name, type, secret);
}

export function keyOfSeed(name: string, type: KeyType, secret: Buffer): TestKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const key = verifierKey(name, type, publicKey, nodeCodec);
  return { key, vkey: vkeyText(key, nodeCodec), private: privateKey };
}

export const TIME = 1_790_000_000;

export function signedBy({ key, private: secret }: TestKey, text: string, time = TIME): NoteSignature {
  const sign = (message: string): Buffer => nodeSign(null, Buffer.from(message), secret);
  const bytes = key.type === 'log' ? sign(text) : cosignatureBytes(time, sign(cosignedText(text, time)));
  return { name: key.name, id: key.id, bytes };
}

export function noteOf(text: string, ...keys: readonly TestKey[]): string {
  return noteText({ text, signatures: keys.map((key) => signedBy(key, text)) }, nodeCodec);
}

export function trusted(text: string): Trust {
  const reading = readTrust(text, nodeCodec);
  if (reading.kind === 'refused') throw new Error(`line ${reading.line}: ${reading.reason}`);
  return reading.trust;
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

export const bruteLeaf = (entry: Uint8Array): Buffer => sha256(Buffer.from([0]), entry);

/** MTH of RFC 6962, section 2.1, as it is written there, over leaf hashes. */
export function bruteRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const split = bruteSplit(leaves.length);
  return sha256(Buffer.from([1]), bruteRoot(leaves.slice(0, split)), bruteRoot(leaves.slice(split)));
}

export function bruteSplit(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

export function flipped(source: string | Uint8Array, at: number, bit: number): Buffer {
  const bytes = typeof source === 'string' ? Buffer.from(source) : Buffer.from(source);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

/** The strict decoding that every reader of files does first; null when it refuses already. */
export function decoded(bytes: Uint8Array): string | null {
  try {
    return nodeCodec.decode(bytes);
  } catch {
    return null;
  }
}

/** One signing key of a log: made, written down as text, read back, used. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { NoteSignature } from '../../workflows/audit/note.ts';
import { cosignatureBytes, cosignedText } from '../../workflows/audit/signature.ts';
import { verifierKey, type KeyType, type VerifierKey } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';

export interface KeyPair {
  readonly key: VerifierKey;
  readonly private: KeyObject;
}

/** What a raw Ed25519 seed lacks to be a PKCS #8 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;

export function makeKeyPair(name: string, type: KeyType): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { key: publicOf(name, type, privateKey), private: privateKey };
}

/** The private key as text: 32 bytes in base64. */
export function seedText({ private: key }: KeyPair): string {
  return key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES).toString('base64');
}

/** Null for text that is no seed. */
export function keyPairOf(name: string, type: KeyType, seed: string): KeyPair | null {
  const bytes = nodeCodec.fromBase64(seed);
  if (bytes?.length !== SEED_BYTES) return null;
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, bytes]), format: 'der', type: 'pkcs8' });
  return { key: publicOf(name, type, key), private: key };
}

function publicOf(name: string, type: KeyType, key: KeyObject): VerifierKey {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return verifierKey(name, type, spki.subarray(-SEED_BYTES), nodeCodec);
}

/** A log's signature over a note's text. */
export function signText(text: string, { key, private: secret }: KeyPair): NoteSignature {
  return { name: key.name, id: key.id, bytes: sign(null, nodeCodec.encode(text), secret) };
}

/** A witness's signature over a checkpoint's text and the time, in seconds since 1970. */
export function cosign(text: string, time: number, { key, private: secret }: KeyPair): NoteSignature {
  const signature = sign(null, nodeCodec.encode(cosignedText(text, time)), secret);
  return { name: key.name, id: key.id, bytes: cosignatureBytes(time, signature) };
}

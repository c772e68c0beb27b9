/** What bytes and digests are made with. The outside hands it in: nothing here depends on a platform. */

/** SHA-256. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

export interface Codec {
  readonly sha256: Hash;
  /** SHA-256 in lower-case hex; of a text, of its UTF-8. Only ever given well-formed text. */
  sha256Hex(data: Uint8Array | string): string;
  /** UTF-8. Only ever given well-formed text. */
  encode(text: string): Uint8Array;
  /** MUST throw on bytes that are not UTF-8 and MUST keep a byte order mark. */
  decode(bytes: Uint8Array): string;
}

/** What signed checkpoints need besides: the text of bytes, and whether a signature is one. */
export interface NoteCodec extends Codec {
  /** Standard alphabet, padded. */
  base64(bytes: Uint8Array): string;
  /** Null for everything that `base64` would not have written. */
  fromBase64(text: string): Uint8Array | null;
  /** RFC 8032. MUST be false, and MUST NOT throw, for keys and signatures that are none. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** What bytes and digests are made with. The outside hands it in: nothing here depends on a platform. */

/** SHA-256. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

export interface Codec {
  readonly sha256: Hash;
  /** UTF-8. Only ever given well-formed text. */
  encode(text: string): Uint8Array;
  /** MUST throw on bytes that are not UTF-8 and MUST keep a byte order mark. */
  decode(bytes: Uint8Array): string;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

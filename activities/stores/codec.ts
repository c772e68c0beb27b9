/** The bytes and digests of Node for the record's pure code. */
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import type { Codec } from '../../workflows/audit/codec.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const nodeCodec: Codec = {
  // The one-shot form: measured at more than twice the speed of `createHash` for entries.
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  encode: (text) => Buffer.from(text, 'utf8'),
  decode: (bytes) => strict.decode(bytes),
};

/** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/** A body within bounds, whatever encoding makes of a few bytes. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/**
 * unreadable: there was an answer, but its body is none we would use. `too_large` on the wire or after
 * decompression; `encoding`: several encodings one in another, an unknown one, or one whose bytes are damaged.
 */
export type Body =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'unreadable'; readonly why: 'too_large' | 'encoding' };

const UNDO = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Undoes one encoding: a chain of them is sent by nobody honest. */
export async function decode(bytes: Buffer, encoding: string | null, most: number): Promise<Body> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { kind: 'bytes', bytes };
  const undo = UNDO.get(name);
  if (undo === undefined) return { kind: 'unreadable', why: 'encoding' };
  try {
    // Stops by itself at the limit, so that a small body never becomes a large one.
    return { kind: 'bytes', bytes: await undo(bytes, { maxOutputLength: most }) };
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    return { kind: 'unreadable', why: code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'encoding' };
  }
}

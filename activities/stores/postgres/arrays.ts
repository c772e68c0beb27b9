/** Lists as the arrays they are to the server. The driver would look at each item for what it is and what to escape. */
import { Buffer } from 'node:buffer';

/** Numbers and hexadecimal digits. */
export function listed(items: readonly (number | string)[]): string {
  return `{${items.join(',')}}`;
}

const ESCAPED = /["\\]/g;

/** Any texts. */
export function quoted(texts: readonly string[]): string {
  const items = texts.map((text) => `"${text.replace(ESCAPED, '\\$&')}"`);
  return `{${items.join(',')}}`;
}

/** Where each begins in all of them, counted from 1, and how long it is. */
export function packed(
  all: readonly Uint8Array[],
): readonly [begins: string, lengths: string, bytes: Buffer] {
  const lengths: number[] = [];
  const begins: number[] = [];
  let end = 1;
  for (const { length } of all) {
    begins.push(end);
    lengths.push(length);
    end += length;
  }
  return [listed(begins), listed(lengths), Buffer.concat(all, end - 1)];
}

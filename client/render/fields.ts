/** Named lines: `name          text`, the text wrapped under itself. */
import type { Stream } from '../terminal.ts';
import { wrap } from './width.ts';

const LABEL = 14;

/** Columns left for the text of a field. */
export function roomFor(stream: Stream, margin = 2): number {
  return stream.width - margin - LABEL;
}

/** Nothing where the text is empty or null. `whole` keeps lines as they are, for what is to be copied. */
export function field(
  name: string,
  text: string | null,
  stream: Stream,
  { margin = 2, whole = false }: { readonly margin?: number; readonly whole?: boolean } = {},
): string {
  if (text === null || text === '') return '';
  const [first = '', ...rest] = whole ? text.split('\n') : wrap(text, roomFor(stream, margin));
  const indent = ' '.repeat(margin + LABEL);
  const label = stream.colours.dim(first === '' ? name : name.padEnd(LABEL));
  return [`${' '.repeat(margin)}${label}${first}\n`, ...rest.map((line) => `${indent}${line}\n`)].join('');
}

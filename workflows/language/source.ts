/**
 * The guards before any parsing: size, encoding, and characters that hide or forge meaning. What passes is
 * text a person can read as it is, with line feeds only.
 */
import { createLines } from './lines.ts';
import { MOST_PROBLEMS, problem, utf8Length, type Problem, type ProblemCode } from './problem.ts';

/** 10,000 plain tasks fit. */
export const MOST_SOURCE_BYTES = 1024 * 1024;

export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** A BOM is dropped and CRLF becomes LF; neither moves a line or column. */
export function readSource(source: string | Uint8Array, file: string): Source {
  if (isTooLarge(source)) {
    const message = `The file is larger than ${MOST_SOURCE_BYTES} bytes`;
    return refuse([problem('too_large', message, { file, line: 1, column: 1 })]);
  }
  const decoded = typeof source === 'string' ? source : decode(source);
  if (typeof decoded !== 'string') {
    return refuse([problem('not_utf8', 'These bytes are not UTF-8', { file, ...decoded })]);
  }
  const text = (decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded).replaceAll('\r\n', '\n');
  const problems = badCharacters(text, file);
  return problems.length > 0 ? refuse(problems) : { kind: 'text', text };
}

/** What may stand neither in the file nor, written as an escape, in a value. */
const BAD_CHARACTERS: readonly (readonly [ProblemCode, RegExp])[] = [
  ['nul', /\0/],
  // oxlint-disable-next-line no-control-regex -- these are what the guard is for
  ['control_character', /[\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufeff\ufffe\uffff]/],
  ['lone_surrogate', /\p{Surrogate}/u],
  // Unicode TR 36 and CVE-2021-42574: overrides, embeddings, isolates and marks.
  ['bidi_control', /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/],
];
const ANY_BAD = new RegExp(BAD_CHARACTERS.map(([, pattern]) => pattern.source).join('|'), 'gu');

/** The first bad character of a value, as a code and its name; null when all are good. */
export function badCharacter(value: string): { readonly code: ProblemCode; readonly name: string } | null {
  const [found] = value.match(new RegExp(ANY_BAD, 'u')) ?? [];
  return found === undefined ? null : describe(found);
}

function badCharacters(text: string, file: string): Problem[] {
  const problems: Problem[] = [];
  const position = createLines(text);
  for (const { 0: found, index } of text.matchAll(ANY_BAD)) {
    const { code, name } = describe(found);
    problems.push(problem(code, `The file holds ${name}`, { file, ...position(index) }));
    if (problems.length === MOST_PROBLEMS) break;
  }
  return problems;
}

function describe(found: string): { readonly code: ProblemCode; readonly name: string } {
  const name = `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const [code] = BAD_CHARACTERS.find(([, pattern]) => pattern.test(found)) ?? ['control_character'];
  return { code, name };
}

function isTooLarge(source: string | Uint8Array): boolean {
  return (
    source.length > MOST_SOURCE_BYTES ||
    (typeof source === 'string' && utf8Length(source) > MOST_SOURCE_BYTES)
  );
}

/** Every runtime has it; the types of this folder know no runtime. */
declare const TextDecoder: new (
  encoding: 'utf-8',
  options: { readonly fatal: true },
) => { decode(bytes: Uint8Array, options?: { readonly stream: boolean }): string };

function decode(bytes: Uint8Array): string | { readonly line: number; readonly column: number } {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return endOfUtf8(bytes);
  }
}

/** Where UTF-8 ends: the longest beginning that decodes, found by halving. Time: bytes × 20. */
function endOfUtf8(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  let good = '';
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      good = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  const text = good.replaceAll('\r\n', '\n');
  return createLines(text)(text.length);
}

function refuse(problems: readonly Problem[]): Source {
  return { kind: 'problems', problems };
}

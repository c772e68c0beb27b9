/** What is wrong with a playbook, where, and what to do about it. Problems are values, never thrown. */
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts';

export type { ProblemCode } from './problem-codes.ts';

export type Path = readonly (string | number)[];

/** Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly code: ProblemCode;
  readonly message: string;
  readonly remedy: string;
  readonly file: string;
  readonly path?: Path;
}

/** An author reads no more than this at once, and whoever carries problems has a bound on their size. */
export const MOST_PROBLEMS = 50;
const MOST_BYTES = 60_000;
const LONGEST_SENTENCE = 400;
const LONGEST_QUOTE = 60;
const DEEPEST_PATH = 12;

/** `remedy`: when omitted, the code's own. */
export function problem(
  code: ProblemCode,
  message: string,
  at: Position & { readonly file: string },
  more: { readonly path?: Path; readonly remedy?: string } = {},
): Problem {
  return {
    code,
    message: shortened(message, LONGEST_SENTENCE),
    remedy: shortened(more.remedy ?? PROBLEM_CODES[code].remedy, LONGEST_SENTENCE),
    file: at.file,
    line: at.line,
    column: at.column,
    ...(more.path && { path: more.path.slice(0, DEEPEST_PATH).map(shortStep) }),
  };
}

/** An author's text inside a message: quoted, on one line, at most 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text, LONGEST_QUOTE)).replace(INVISIBLE, escapeUnit);
}

/** Characters that would disturb a terminal or hide what the text says. */
const INVISIBLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** In the order of the file, each once, at most 50 and less than 64 kB when formatted. */
export function inOrder(problems: Iterable<Problem>): readonly Problem[] {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  const kept: Problem[] = [];
  let bytes = 0;
  for (const each of sorted) {
    const line = formatProblem(each);
    if (seen.has(line)) continue;
    bytes += utf8Length(line);
    if (kept.length === MOST_PROBLEMS || (bytes > MOST_BYTES && kept.length > 0)) break;
    seen.add(line);
    kept.push(each);
  }
  return kept;
}

/** `file:line:column code message`, and the remedy on a line of its own. */
export function formatProblem({ file, line, column, code, message, remedy }: Problem): string {
  return `${file}:${line}:${column} ${code} ${message}\n  → ${remedy}`;
}

export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

/** Bytes of the text in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x800) bytes += 2;
    else if (unit >= 0x80) bytes += 1;
    // A pair makes four bytes: its second half adds nothing more.
    if (isHalf(unit, 0xd800) && isHalf(text.charCodeAt(index + 1), 0xdc00)) index += 1;
  }
  return bytes;
}

/** `first`: 0xd800 for the first half of a pair, 0xdc00 for the second. NaN is neither. */
function isHalf(unit: number, first: number): boolean {
  return unit >= first && unit < first + 0x400;
}

function shortened(text: string, limit: number): string {
  // The half of a character that cutting leaves behind is dropped.
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function shortStep(step: string | number): string | number {
  return typeof step === 'string' ? shortened(step, LONGEST_QUOTE) : step;
}

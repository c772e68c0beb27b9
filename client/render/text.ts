/**
 * Text that others wrote, made safe to look at: no character may move the cursor, hide, reorder text or look
 * like a line of ours.
 */
import { hash } from 'node:crypto';

/** Control, formatting, separator, tag and lone-surrogate characters. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u00a0\u115f\u1160\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]/gu;

const LONGEST = 2_000;

/** On one line; unseen characters appear as `<U+202E>`; at most `limit` characters, and says how many are left out. */
export function oneLine(text: string, limit = LONGEST): string {
  return capped(text, limit).replace(UNSEEN, named);
}

/** Every line behind a bar, so that none of them passes for ours. A single line needs no fence. */
export function fenced(text: string, limit = LONGEST): string {
  const lines = capped(text, limit).split(/\r\n|\n/);
  if (lines.length === 1) return oneLine(text, limit);
  return lines.map((line) => `\n  │ ${line.replace(UNSEEN, named)}`).join('');
}

/**
 * JSON to read before agreeing to it: unseen characters are written as JSON escapes, so that what is shown
 * is exactly what would run. Throws for what is no JSON.
 */
export function exactJson(value: unknown, indent = 2): string {
  return shortened(JSON.stringify(value, null, indent)).replace(UNSEEN, (character) => {
    if (character === '\n') return character;
    return Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join('');
  });
}

/** Longer text scrolls what matters off the screen. */
const LONGEST_JSON = 16_000;

function shortened(text: string): string {
  return capped(text, LONGEST_JSON);
}

/** What is left out is named by its digest, so that nobody can hide a change in it. */
function capped(text: string, limit: number): string {
  const left = text.length - limit;
  if (left <= 0) return text;
  const rest = hash('sha256', text.slice(limit), 'hex').slice(0, DIGITS);
  return `${text.slice(0, limit)}… (${left} more characters, SHA-256 ${rest}…)`;
}

const DIGITS = 16;

function named(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** How large a resolved value is, and how a value reads as text. */
import { isObject, type Json } from './json.ts';

const LONGEST_TEXT = 1024 * 1024;
const LARGEST = 2 * 1024 * 1024;
const DEEPEST = 32;

export class Oversized extends Error {
  readonly code: 'value_too_large' | 'value_too_deep';
  constructor(code: 'value_too_large' | 'value_too_deep', message: string) {
    super(message);
    this.code = code;
  }
}

export interface Measure {
  /** Counts the value in, found at this depth. Throws `Oversized` once too much has been admitted. */
  admit<T extends Json>(value: T, depth: number): T;
  /** Throws `Oversized` for text that is too long. */
  text(text: string): string;
}

export function createMeasure(): Measure {
  let left = LARGEST;
  const count = (value: Json, depth: number): void => {
    if (depth > DEEPEST)
      throw new Oversized('value_too_deep', `the value is nested more than ${String(DEEPEST)} levels deep`);
    if (typeof value === 'string') left -= checkedText(value).length + 2;
    else if (Array.isArray(value)) for (const item of value as readonly Json[]) count(item, depth + 1);
    else if (isObject(value))
      for (const [name, item] of Object.entries(value)) {
        left -= name.length + 4;
        count(item, depth + 1);
      }
    left -= 8;
    if (left < 0) throw new Oversized('value_too_large', 'the value is larger than 2 MiB');
  };
  return {
    admit(value, depth) {
      count(value, depth);
      return value;
    },
    text: checkedText,
  };
}

function checkedText(text: string): string {
  if (text.length > LONGEST_TEXT) throw new Oversized('value_too_large', 'a text is longer than 1 MiB');
  return text;
}

/** Text stays as it is; lists and objects become JSON with sorted keys, so that equal values read the same. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : jsonOf(value);
}

function jsonOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${jsonOf(value[name] ?? null)}`);
  return `{${fields.join(',')}}`;
}

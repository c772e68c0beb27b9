/** How places and values of a playbook are named in a sentence. */
import type { z } from 'zod';
import { isObject, type Json } from './json.ts';
import { quoted, type Path } from './problem.ts';

/** `tasks.rotate.needs[0]` in code marks; the playbook itself for the empty path. Begins a sentence. */
export function listed(path: Path): string {
  if (path.length === 0) return 'The playbook';
  const steps = path
    .slice(0, 8)
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${plainStep(step)}`));
  return `\`${steps.join('').replace(/^\./, '')}\``;
}

function plainStep(step: string): string {
  return /^\w{1,64}$/.test(step) ? step : quoted(step);
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(at)) at = typeof step === 'number' ? at[step] : undefined;
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

const KINDS: { readonly [expected: string]: string } = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What a schema wanted, for the end of "must be …". */
export function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? `of type ${issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => `\`${String(value)}\``).join(', ');
    default:
      return 'another value';
  }
}

/** `written`: the value as it stands in the file, where that is known. */
export function found(value: Json | undefined, written: string | null): string {
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  if (typeof value === 'number') return `the number ${written ?? String(value)}`;
  if (typeof value === 'boolean') return `\`${String(value)}\``;
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

/** Would quotes turn this value into the text its author probably meant? */
export function needsQuotes(value: Json | undefined): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Is a run given what its playbook declares? */
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Plan } from './plan.ts';
import type { ContextVariable } from './playbook.ts';
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts';
import { quoted } from './problem.ts';
import { didYouMean } from './suggest.ts';

/** RFC 5321, 4.5.3.1: a path has at most 256 octets, of which two are its brackets. */
const LONGEST_ADDRESS = 254;
const ADDRESS = /^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/;

/** A run's context lies in its history; Temporal takes 2 MiB for all of a message. */
const LARGEST = 256 * 1024;
const DEEPEST = 16;

export interface ContextProblem {
  readonly code: ProblemCode;
  /** Never quotes a value. */
  readonly message: string;
  readonly remedy: string;
  readonly name: string;
}

export type CheckedContext =
  | { readonly kind: 'context'; readonly context: JsonObject }
  | { readonly kind: 'problems'; readonly problems: readonly ContextProblem[] };

/**
 * The context with defaults filled in; null counts as not given where a variable is optional, and an optional
 * variable without a default is null then. Every
 * problem is told at once, at most 50. Sizes: 256 KiB of JSON (counted in characters), 16 levels.
 */
export function checkContext(plan: Pick<Plan, 'context'>, given: JsonObject): CheckedContext {
  const problems: ContextProblem[] = [];
  const report = (code: ProblemCode, name: string, message: string, remedy?: string): void =>
    void problems.push({ code, name, message, remedy: remedy ?? PROBLEM_CODES[code].remedy });
  const declared = Object.keys(plan.context);
  for (const name of Object.keys(given))
    if (!Object.hasOwn(plan.context, name))
      report(
        'unknown_context',
        name,
        `The playbook has no context variable ${quoted(name)}`,
        remedyFor(name, declared),
      );
  let size = 0;
  const context: { [name: string]: Json } = {};
  for (const [name, variable] of Object.entries(plan.context)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || (value === null && !variable.required)) {
      if (variable.required && variable.default === undefined)
        report('missing_context', name, `The context variable ${quoted(name)} is missing`);
      context[name] = variable.default ?? null;
      continue;
    }
    const wrong = misfitOf(variable, value);
    if (wrong !== null) report('wrong_context', name, `The context variable ${quoted(name)} ${wrong}`);
    else size += JSON.stringify(value).length;
    context[name] = value;
  }
  if (size > LARGEST)
    report(
      'wrong_context',
      '',
      `The context is larger than ${String(LARGEST / 1024)} KiB`,
      'Pass references instead of contents.',
    );
  if (problems.length > 0) return { kind: 'problems', problems: problems.slice(0, 50) };
  return { kind: 'context', context };
}

function remedyFor(name: string, declared: readonly string[]): string {
  if (name === 'case_id') return 'Give `case_id` beside the context, not in it.';
  if (declared.length === 0) return 'Remove it: the playbook declares no context.';
  return didYouMean(name, declared, 'context variables');
}

/** What is wrong with the value, without quoting it; null when it has its declared type. */
export function misfitOf(variable: ContextVariable, value: Json): string | null {
  if (value === null) return variable.required ? 'is null' : null;
  switch (variable.type) {
    case 'string':
      return typeof value === 'string' ? flawOf(value, 0) : 'must be text';
    case 'email':
      if (typeof value !== 'string') return 'must be one mail address';
      return value.length <= LONGEST_ADDRESS && ADDRESS.test(value)
        ? flawOf(value, 0)
        : 'must be one mail address';
    case 'integer':
      return Number.isSafeInteger(value) ? null : 'must be a whole number between -(2^53-1) and 2^53-1';
    case 'number':
      return typeof value === 'number' ? flawOf(value, 0) : 'must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'list':
      return Array.isArray(value) ? flawOf(value, 0) : 'must be a list';
    case 'object':
      return isObject(value) ? flawOf(value, 0) : 'must be a mapping';
    default:
      return variable.type satisfies never;
  }
}

/** What no value may have, at any depth: it could not be hashed or stored as it is. */
function flawOf(value: Json, depth: number): string | null {
  if (depth > DEEPEST) return `is nested more than ${String(DEEPEST)} levels deep`;
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value) ? 'holds half a character' : null;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'holds a number that is not finite';
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? 'holds a whole number beyond 2^53-1'
      : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const flaw = flawOf(name, depth) ?? flawOf(inner, depth + 1);
    if (flaw !== null) return flaw;
  }
  return null;
}

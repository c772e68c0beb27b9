/**
 * `{{ … }}` in values: parsed once, when the playbook is compiled; resolved once, when a task runs. A string that
 * is one expression keeps the expression's type; expressions inside other text give text. What an expression
 * gives is a value and never looked at for further braces.
 */
import { evaluate, parseExpression, type ExpressionProblem, type Scope } from './expression.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { createMeasure, Oversized, textOf } from './measure.ts';
import { splitText } from './placeholder.ts';
import type { Template } from './plan.ts';

/** Deepest nesting of inputs as written, and of a value as resolved. */
const DEEPEST_TEMPLATE = 32;

type Path = readonly (string | number)[];

export interface TemplateProblem {
  readonly code: ExpressionProblem['code'] | 'too_deep';
  readonly message: string;
  /** From the value the template was parsed from. */
  readonly path: Path;
}

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'problems'; readonly problems: readonly TemplateProblem[] };

/** A value without expressions becomes a literal; the fields of an object are sorted, so that order means nothing. */
export function parseTemplate(value: Json): ParsedTemplate {
  const problems: TemplateProblem[] = [];
  const template = parse(value, [], problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'template', template };
}

function parse(value: Json, path: Path, problems: TemplateProblem[]): Template {
  const literal: Template = { kind: 'literal', value };
  if (path.length > DEEPEST_TEMPLATE) {
    problems.push({ code: 'too_deep', message: 'Inputs are nested too deeply', path });
    return literal;
  }
  if (typeof value === 'string') return parseText(value, path, problems);
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => parse(item, [...path, index], problems));
    return items.every(isLiteral) ? literal : { kind: 'list', items };
  }
  if (!isObject(value)) return literal;
  const names = Object.keys(value).sort();
  const fields = names.map((name) => [name, parse(value[name] ?? null, [...path, name], problems)] as const);
  return fields.every(([, field]) => isLiteral(field)) ? literal : { kind: 'object', fields };
}

function isLiteral(template: Template): boolean {
  return template.kind === 'literal';
}

function parseText(text: string, path: Path, problems: TemplateProblem[]): Template {
  const split = splitText(text);
  if (split.kind === 'problem') {
    problems.push({ code: 'expression_syntax', message: split.message, path });
    return { kind: 'literal', value: text };
  }
  for (const part of split.parts) {
    const parsed = typeof part === 'string' ? null : parseExpression(part.cel);
    if (parsed?.kind === 'problem') problems.push({ code: parsed.code, message: parsed.message, path });
  }
  const [first] = split.parts;
  if (split.parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: text };
  if (split.parts.length === 1 && typeof first === 'object') return { kind: 'expression', cel: first.cel };
  return { kind: 'text', parts: split.parts };
}

export interface TemplateExpression {
  readonly cel: string;
  readonly path: Path;
  /** Gives the value itself rather than a piece of text. */
  readonly whole: boolean;
}

export function expressionsOf(template: Template, path: Path = []): readonly TemplateExpression[] {
  switch (template.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [{ cel: template.cel, path, whole: true }];
    case 'text':
      return template.parts.flatMap((part) =>
        typeof part === 'string' ? [] : [{ cel: part.cel, path, whole: false }],
      );
    case 'list':
      return template.items.flatMap((item, index) => expressionsOf(item, [...path, index]));
    case 'object':
      return template.fields.flatMap(([name, field]) => expressionsOf(field, [...path, name]));
    default:
      return template satisfies never;
  }
}

/** Why a template gave no value. The message quotes expressions, never values. */
export interface TemplateFault {
  readonly code: 'expression_failed' | 'null_in_text' | 'value_too_large' | 'value_too_deep';
  readonly message: string;
  readonly path: Path;
}

export type Resolved =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'error'; readonly fault: TemplateFault };

class Unresolved extends Error {
  readonly fault: TemplateFault;
  constructor(code: TemplateFault['code'], message: string, path: Path) {
    super(message);
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    this.fault = { code, message: `${where}${message}`, path };
  }
}

/** At most 1 MiB of text in one string, 2 MiB in all (counted in characters of JSON), 32 levels. */
export function resolveTemplate(template: Template, scope: Scope): Resolved {
  const measure = createMeasure();
  const evaluateAt = (cel: string, path: Path): Json => {
    const result = evaluate(cel, scope);
    if (result.kind === 'value') return result.value;
    throw new Unresolved('expression_failed', `{{ ${cel} }} gives no value: ${result.message}`, path);
  };
  const resolve = (part: Template, path: Path): Json => {
    switch (part.kind) {
      case 'literal':
        return measure.admit(part.value, path.length);
      case 'expression':
        return measure.admit(evaluateAt(part.cel, path), path.length);
      case 'text':
        return measure.admit(resolveText(part.parts, path), path.length);
      case 'list':
        return part.items.map((item, index) => resolve(item, [...path, index]));
      case 'object':
        return Object.fromEntries(
          part.fields.map(([name, field]) => [name, resolve(field, [...path, name])] as const),
        ) satisfies JsonObject;
      default:
        return part satisfies never;
    }
  };
  const resolveText = (parts: readonly (string | { readonly cel: string })[], path: Path): string => {
    let text = '';
    for (const part of parts) {
      const value = typeof part === 'string' ? part : evaluateAt(part.cel, path);
      if (value === null && typeof part === 'object')
        throw new Unresolved('null_in_text', `{{ ${part.cel} }} is null, which has no text`, path);
      text = measure.text(text + textOf(value));
    }
    return text;
  };
  try {
    return { kind: 'value', value: resolve(template, []) };
  } catch (error) {
    if (error instanceof Unresolved) return { kind: 'error', fault: error.fault };
    if (error instanceof Oversized)
      return { kind: 'error', fault: { code: error.code, message: error.message, path: [] } };
    throw error;
  }
}

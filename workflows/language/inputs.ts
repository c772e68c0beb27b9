/** Do a task's inputs fit what its type takes? */
import type { ExpressionCheck } from './expression-check.ts';
import type { Findings } from './findings.ts';
import type { JsonObject } from './json.ts';
import {
  fieldOf,
  fieldsOf,
  isClosed,
  itemsOf,
  kindsOf,
  nonNull,
  requiredOf,
  wordFor,
} from './json-schema.ts';
import { misfit } from './literal.ts';
import type { Template } from './plan.ts';
import { quoted, type Path } from './problem.ts';
import { didYouMean } from './suggest.ts';
import { canFit, describeType } from './typing.ts';

interface InputCheck {
  readonly task: string;
  readonly type: string;
  readonly expression: ExpressionCheck;
  readonly findings: Findings;
}

/**
 * Literals are held against the schema; an expression is refused where its type can never fit. What only the run
 * can tell is checked again, with the same schema, before anything is done. `schema` null: nothing is known of
 * this place, only its expressions are checked.
 */
export function checkInputs(
  check: InputCheck,
  template: Template,
  schema: JsonObject | null,
  path: Path,
): void {
  switch (template.kind) {
    case 'expression':
      return checkExpression(check, template.cel, schema, path);
    case 'text': {
      for (const part of template.parts)
        if (typeof part === 'object') check.expression(part.cel, check.task, path);
      if (schema !== null && kindsOf(schema)?.has('string') === false) wrongKind(check, 'text', schema, path);
      return;
    }
    case 'list':
    case 'object':
    case 'literal':
      break;
    default:
      return template satisfies never;
  }
  if (template.kind === 'literal' && schema !== null) {
    const wrong = misfit(schema, template.value);
    if (wrong !== null) return check.findings.report('wrong_input', `${placeOf(path)} ${wrong}`, path);
  }
  const plain = schema === null ? null : nonNull(schema);
  const opened = open(template);
  if (opened.kind === 'list') {
    if (misplaced(check, 'array', plain, path)) return;
    const items = plain === null ? null : itemsOf(plain);
    for (const [index, item] of opened.items.entries()) checkInputs(check, item, items, [...path, index]);
  }
  if (opened.kind === 'object' && !misplaced(check, 'object', plain, path))
    checkFields(check, opened.fields, plain, path);
}

/** A literal list or mapping, one level opened. */
function open(template: Template): Template {
  if (template.kind !== 'literal' || typeof template.value !== 'object' || template.value === null)
    return template;
  const { value } = template;
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item) => ({ kind: 'literal', value: item })) };
  const fields = Object.entries(value).map(
    ([name, field]) => [name, { kind: 'literal', value: field }] as const,
  );
  return { kind: 'object', fields };
}

function checkFields(
  check: InputCheck,
  fields: readonly (readonly [string, Template])[],
  schema: JsonObject | null,
  path: Path,
): void {
  const known = schema === null ? null : fieldsOf(schema);
  for (const [name, template] of fields) {
    const field = schema === null ? null : fieldOf(schema, name);
    if (field === null && known !== null && schema !== null && isClosed(schema)) {
      const message = `${check.type} takes no input ${quoted(name)}`;
      check.findings.report(
        'unknown_input',
        message,
        [...path, name],
        didYouMean(name, Object.keys(known), 'inputs'),
      );
    } else checkInputs(check, template, field, [...path, name]);
  }
  const given = new Set(fields.map(([name]) => name));
  for (const name of schema === null ? [] : requiredOf(schema))
    if (!given.has(name))
      check.findings.report(
        'missing_input',
        `${check.type} needs the input ${quoted(name)}`,
        path,
        `Add \`${name}:\`.`,
      );
}

function checkExpression(check: InputCheck, cel: string, schema: JsonObject | null, path: Path): void {
  const type = check.expression(cel, check.task, path);
  if (type !== null && schema !== null && !canFit(type, schema))
    wrongKind(check, describeType(type), schema, path);
}

function misplaced(
  check: InputCheck,
  kind: 'array' | 'object',
  schema: JsonObject | null,
  path: Path,
): boolean {
  if (schema === null || kindsOf(schema)?.has(kind) !== false) return false;
  wrongKind(check, wordFor(new Set([kind])), schema, path);
  return true;
}

function wrongKind(check: InputCheck, actual: string, schema: JsonObject, path: Path): void {
  const wanted = wordFor(kindsOf(schema) ?? new Set());
  check.findings.report('wrong_input', `${placeOf(path)} must be ${wanted}, not ${actual}`, path);
}

function placeOf(path: Path): string {
  return quoted(path.slice(3).join('.'));
}

/** The names an expression may use, and what each stands for as a JSON Schema. */
import type { Catalogue } from './catalogue.ts';
import type { JsonObject } from './json.ts';
import { STATUSES, type ContextVariable, type Playbook } from './playbook.ts';

export interface Name {
  readonly kind: 'context' | 'built_in' | 'task';
  readonly schema: JsonObject;
  /** Heads the names of its record types in messages. */
  readonly label: string;
}

export type Vocabulary = ReadonlyMap<string, Name>;

const text: JsonObject = { type: 'string' };

/** Always there; no task and no context variable may have these names. */
const BUILT_IN: readonly (readonly [string, Name])[] = [
  ['case_id', { kind: 'built_in', schema: text, label: 'case_id' }],
  [
    'run',
    { kind: 'built_in', schema: record({ id: text, playbook: text, requested_by: text }), label: 'run' },
  ],
];

function record(properties: JsonObject): JsonObject {
  return { type: 'object', properties, additionalProperties: false };
}

/**
 * Built-in names before context variables before tasks: where two have one name, the first counts. A task stands
 * for its `output`, its `status` and, where it failed, its `error`.
 */
export function createVocabulary(playbook: Playbook, catalogue: Catalogue): Vocabulary {
  const names = new Map<string, Name>(BUILT_IN);
  const declare = (name: string, meaning: Name): void => void (names.has(name) || names.set(name, meaning));
  for (const [name, variable] of Object.entries(playbook.context))
    declare(name, { kind: 'context', schema: contextSchema(variable), label: name });
  const schemas = new Map<string, JsonObject>();
  for (const { name, type } of playbook.tasks) {
    const schema = schemas.get(type) ?? taskSchema(catalogue.get(type)?.output ?? {});
    schemas.set(type, schema);
    declare(name, { kind: 'task', schema, label: type });
  }
  return names;
}

function taskSchema(output: JsonObject): JsonObject {
  return record({ output, status: { type: 'string', enum: STATUSES }, error: text });
}

/** An optional variable without a default is null when it is not given. */
function contextSchema(variable: ContextVariable): JsonObject {
  const schema = { type: jsonTypes[variable.type] };
  const maybeAbsent = !variable.required && variable.default === undefined;
  return maybeAbsent ? { anyOf: [schema, { type: 'null' }] } : schema;
}

const jsonTypes: { readonly [type in ContextVariable['type']]: string } = {
  string: 'string',
  email: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  object: 'object',
};

/** What a JSON Schema (draft 7) promises: which kinds of value, which fields, and whether a literal fits. */
import { isObject, type Json, type JsonObject } from './json.ts';

export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null';

const KINDS: readonly Kind[] = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];

/** The kinds a value of this schema may have; null when the schema does not say. */
export function kindsOf(schema: JsonObject): ReadonlySet<Kind> | null {
  const { type } = schema;
  if (type !== undefined) {
    const named = (Array.isArray(type) ? type : [type]) as readonly Json[];
    return new Set(KINDS.filter((kind) => named.includes(kind)));
  }
  const values = Array.isArray(schema['enum']) ? (schema['enum'] as readonly Json[]) : valuesOfConst(schema);
  if (values !== null) return new Set(values.map(kindOf));
  const branches = branchesOf(schema);
  if (branches === null) return null;
  const kinds = new Set<Kind>();
  for (const branch of branches) {
    const some = kindsOf(branch);
    if (some === null) return null;
    for (const kind of some) kinds.add(kind);
  }
  return kinds;
}

function valuesOfConst(schema: JsonObject): readonly Json[] | null {
  return schema['const'] === undefined ? null : [schema['const']];
}

export function kindOf(value: Json): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : 'boolean';
}

/** The alternatives of `anyOf` or `oneOf`; null when there are none. */
export function branchesOf(schema: JsonObject): readonly JsonObject[] | null {
  const branches = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(branches) ? branches.filter(isObject) : null;
}

/** The one alternative that is not null, where there is exactly one; else the schema itself. */
export function nonNull(schema: JsonObject): JsonObject {
  const rest = branchesOf(schema)?.filter((branch) => branch['type'] !== 'null');
  const [only] = rest ?? [];
  return rest?.length === 1 && only !== undefined ? only : schema;
}

/** Null when the schema does not list its fields. */
export function fieldsOf(schema: JsonObject): JsonObject | null {
  return isObject(schema['properties']) ? schema['properties'] : null;
}

export function fieldOf(schema: JsonObject, name: string): JsonObject | null {
  const fields = fieldsOf(schema);
  const field = fields !== null && Object.hasOwn(fields, name) ? fields[name] : undefined;
  return isObject(field) ? field : null;
}

export function itemsOf(schema: JsonObject): JsonObject | null {
  return isObject(schema['items']) ? schema['items'] : null;
}

/** No field may appear beyond those listed. */
export function isClosed(schema: JsonObject): boolean {
  return schema['additionalProperties'] === false;
}

export function requiredOf(schema: JsonObject): readonly string[] {
  const { required } = schema;
  return Array.isArray(required)
    ? (required as readonly Json[]).filter((name) => typeof name === 'string')
    : [];
}

/** A kind in an author's words. */
export function wordFor(kinds: ReadonlySet<Kind>): string {
  const words: { readonly [kind in Kind]: string } = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'null',
  };
  return [...kinds].map((kind) => words[kind]).join(' or ');
}

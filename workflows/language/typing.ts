/** Types of expressions: names are declared to the checker from their schemas, results are held against schemas. */
import type { Vocabulary } from './environment.ts';
import { createChecker, isCelName, type Checker, type TypeOf } from './expression.ts';
import type { JsonObject } from './json.ts';
import { branchesOf, fieldsOf, isClosed, itemsOf, kindsOf, nonNull, type Kind } from './json-schema.ts';

export interface Typing {
  typeOf(cel: string): TypeOf;
}

/** Declares every name once, so that ten thousand tasks of one type share that type's records. */
export function createTyping(vocabulary: Vocabulary): Typing {
  const checker = createChecker();
  const types = createTypes(checker);
  for (const [name, { schema, label }] of vocabulary)
    if (!isCelName(name)) checker.declareName(name, types(schema, label));
  return { typeOf: (cel) => checker.typeOf(cel) };
}

type Types = (schema: JsonObject, label: string) => string;

/** Schema to CEL type. What a schema leaves open is `dyn`, which the checker lets pass. */
function createTypes(checker: Checker): Types {
  const known = new Map<JsonObject, string>();
  const labels = new Set<string>();
  const unused = (label: string): string => {
    let name = label;
    for (let copy = 2; labels.has(name); copy += 1) name = `${label}#${String(copy)}`;
    labels.add(name);
    return name;
  };
  const declare = (schema: JsonObject, fields: JsonObject, label: string): string => {
    const types: { [field: string]: string } = {};
    for (const [field, inner] of Object.entries(fields))
      types[field] = typeFor(inner as JsonObject, `${label}.${field}`);
    return checker.declareRecord(unused(label), types);
  };
  const derive = (schema: JsonObject, label: string): string => {
    if (branchesOf(schema) !== null) return 'dyn';
    const [kind, ...others] = kindsOf(schema) ?? [];
    if (kind === undefined || others.length > 0) return 'dyn';
    switch (kind) {
      case 'string':
        return 'string';
      case 'integer':
        return 'int';
      case 'number':
        return 'double';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'dyn';
      case 'array':
        return `list<${typeFor(itemsOf(schema) ?? {}, `${label}[]`)}>`;
      case 'object': {
        const fields = fieldsOf(schema);
        return fields !== null && isClosed(schema) ? declare(schema, fields, label) : 'map<string, dyn>';
      }
      default:
        return kind satisfies never;
    }
  };
  const typeFor: Types = (schema, label) => {
    const type = known.get(schema) ?? derive(schema, label);
    known.set(schema, type);
    return type;
  };
  return typeFor;
}

const KINDS_OF_TYPE: { readonly [type: string]: readonly Kind[] } = {
  string: ['string'],
  bool: ['boolean'],
  // A number declared as such may turn out whole.
  int: ['integer', 'number'],
  double: ['integer', 'number'],
  null: ['null'],
};

/** Can a value of this CEL type ever fit the schema? Only a certain misfit is told. */
export function canFit(type: string, schema: JsonObject): boolean {
  if (isOpen(type)) return true;
  const kinds = kindsOf(schema);
  if (kinds === null) return true;
  const simple = KINDS_OF_TYPE[type];
  if (simple !== undefined) return simple.some((kind) => kinds.has(kind));
  const item = itemType(type);
  if (item === null) return kinds.has('object');
  const items = itemsOf(nonNull(schema));
  return kinds.has('array') && (items === null || canFit(item, items));
}

/** Nothing is known of it, or it is the item of an empty list. */
function isOpen(type: string): boolean {
  return type === 'dyn' || type.startsWith('dyn<') || /^[A-Z]$/.test(type);
}

function itemType(type: string): string | null {
  if (type === 'list') return 'dyn';
  return type.startsWith('list<') ? type.slice('list<'.length, -1) : null;
}

export function isOptional(type: string): boolean {
  return type === 'optional' || type.startsWith('optional<');
}

/** A CEL type in an author's words. */
export function describeType(type: string): string {
  const words: { readonly [type: string]: string } = {
    string: 'text',
    int: 'a whole number',
    double: 'a number',
    bool: 'true or false',
    null: 'null',
  };
  return words[type] ?? (itemType(type) === null ? 'a mapping' : 'a list');
}

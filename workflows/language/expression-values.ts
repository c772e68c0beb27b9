/**
 * JSON on the way into an expression and back. Whole numbers go in as integers, so that `count + 1` works;
 * mappings go in as `Map`, so that only what they hold can be reached, and never an object's prototype.
 */
import type { Json } from './json.ts';

/** Deepest nesting of a value read or produced by an expression. */
const DEEPEST_VALUE = 32;

/** What all values named by one expression may weigh together: one per value, and one per 32 characters. */
const HEAVIEST_INPUT = 400_000;
const HEAVIEST_RESULT = 200_000;

/** A value that cannot go in or out. The message never quotes the value. */
export class NotJson extends Error {}

interface Scale {
  weight: number;
  readonly limit: number;
}

function textWeight(text: string): number {
  return 1 + (text.length >> 5);
}

function weigh(scale: Scale, weight: number): void {
  scale.weight += weight;
  if (scale.weight > scale.limit) throw new NotJson('the value is too large');
}

/** Throws `NotJson` for what is too deep, too large or no JSON. */
export function intoCel(value: Json): { readonly value: unknown; readonly weight: number } {
  const scale = { weight: 0, limit: HEAVIEST_INPUT };
  return { value: into(value, scale, 0), weight: scale.weight };
}

function into(value: Json, scale: Scale, depth: number): unknown {
  if (depth > DEEPEST_VALUE) throw new NotJson('the value is nested too deeply');
  switch (typeof value) {
    case 'string':
      weigh(scale, textWeight(value));
      return value;
    case 'number':
      weigh(scale, 1);
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'boolean':
      weigh(scale, 1);
      return value;
    case 'object': {
      weigh(scale, 1);
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item: Json) => into(item, scale, depth + 1));
      return new Map(Object.entries(value).map(([name, item]) => [name, into(item, scale, depth + 1)]));
    }
    default:
      throw new NotJson('the value is no JSON');
  }
}

/** Throws `NotJson` for a number JSON cannot keep exactly, half a character, and anything else JSON has no word for. */
export function fromCel(value: unknown): Json {
  return from(value, { weight: 0, limit: HEAVIEST_RESULT }, 0);
}

function from(value: unknown, scale: Scale, depth: number): Json {
  if (depth > DEEPEST_VALUE) throw new NotJson('the result is nested too deeply');
  switch (typeof value) {
    case 'string':
      weigh(scale, textWeight(value));
      if (/\p{Surrogate}/u.test(value)) throw new NotJson('the result holds half a character');
      return value;
    case 'bigint':
    case 'number':
      weigh(scale, 1);
      return exact(Number(value));
    case 'boolean':
      weigh(scale, 1);
      return value;
    case 'object':
      weigh(scale, 1);
      return value === null ? null : collection(value, scale, depth + 1);
    default:
      throw new NotJson('the result is no JSON value');
  }
}

function collection(value: object, scale: Scale, depth: number): Json {
  if (Array.isArray(value)) return value.map((item: unknown) => from(item, scale, depth));
  if (value instanceof Map) return fields(value as Map<string, unknown>, scale, depth);
  if (Object.getPrototypeOf(value) === Object.prototype) return fields(Object.entries(value), scale, depth);
  throw new NotJson('the result holds something that is no JSON value');
}

function fields(entries: Iterable<readonly [string, unknown]>, scale: Scale, depth: number): Json {
  // fromEntries defines own properties: a field named __proto__ stays a field.
  return Object.fromEntries(
    Array.from(entries, ([name, item]) => {
      weigh(scale, textWeight(name));
      return [name, from(item, scale, depth)];
    }),
  );
}

function exact(value: number): number {
  if (!Number.isFinite(value)) throw new NotJson('the result is no finite number');
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new NotJson('the result is a whole number beyond 2^53-1, which JSON cannot keep exactly');
  return value === 0 ? 0 : value;
}

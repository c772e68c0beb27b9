/** Does a value as written fit the schema of the place it stands in? Says what is wrong, without quoting it. */
import type { Json, JsonObject } from './json.ts';
import { branchesOf, kindOf, kindsOf, nonNull, wordFor } from './json-schema.ts';

/** Patterns come from the catalogue, never from a playbook; text beyond this length is left to the connector. */
const LONGEST_MATCHED = 1000;

/** One value, without looking into lists and mappings. Null: nothing speaks against it. */
export function misfit(schema: JsonObject, value: Json): string | null {
  const branches = branchesOf(schema);
  if (branches !== null) {
    const misfits = branches.map((branch) => misfit(branch, value));
    if (misfits.includes(null)) return null;
    const near = nonNull(schema);
    return near === schema ? 'is none of the allowed values' : misfit(near, value);
  }
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !(allowed as readonly Json[]).includes(value))
    return `must be one of ${(allowed as readonly Json[]).map((each) => JSON.stringify(each)).join(', ')}`;
  if (schema['const'] !== undefined && schema['const'] !== value)
    return `must be ${JSON.stringify(schema['const'])}`;
  const kinds = kindsOf(schema);
  const kind = kindOf(value);
  if (kinds !== null && !kinds.has(kind) && !(kind === 'integer' && kinds.has('number')))
    return `must be ${wordFor(kinds)}, not ${wordFor(new Set([kind]))}`;
  return outOfRange(schema, value);
}

function outOfRange(schema: JsonObject, value: Json): string | null {
  const limit = (keyword: string): number | null => {
    const bound = schema[keyword];
    return typeof bound === 'number' ? bound : null;
  };
  const outside = (size: number, low: string, high: string, noun: string): string | null => {
    const [least, most] = [limit(low), limit(high)];
    if (least !== null && size < least) return `must have at least ${String(least)}${noun}`;
    if (most !== null && size > most) return `must have at most ${String(most)}${noun}`;
    return null;
  };
  if (Array.isArray(value)) return outside(value.length, 'minItems', 'maxItems', ' items');
  if (typeof value === 'string')
    return outside(value.length, 'minLength', 'maxLength', ' characters') ?? unmatched(schema, value);
  if (typeof value !== 'number') return null;
  const [least, most] = [limit('minimum'), limit('maximum')];
  if (least !== null && value < least) return `must be at least ${String(least)}`;
  if (most !== null && value > most) return `must be at most ${String(most)}`;
  return null;
}

function unmatched(schema: JsonObject, text: string): string | null {
  const { pattern, description } = schema;
  if (typeof pattern !== 'string' || text.length > LONGEST_MATCHED) return null;
  if (new RegExp(pattern).test(text)) return null;
  return `does not have the required form${typeof description === 'string' ? ` (${description})` : ''}`;
}

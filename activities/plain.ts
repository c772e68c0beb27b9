/** What comes from outside, made fit for digests: one odd character must never stop a run. */
import { canonical, MAX_DEPTH, NotCanonicalError, wellFormed } from '../workflows/audit/canonical.ts';
import { isObject, type Json } from '../workflows/language/json.ts';

/** What keeps a value from having a digest, and where; never the value itself. Null when nothing does. */
export function flawOf(value: unknown): string | null {
  try {
    canonical(value);
    return null;
  } catch (error) {
    if (error instanceof NotCanonicalError) return error.message;
    throw error;
  }
}

/** The value with every half of a surrogate pair become U+FFFD; null for what is not plain JSON. */
export function plainJson(value: unknown): Json {
  const repaired = repair(value, 0);
  return flawOf(repaired) === null ? (repaired as Json) : null;
}

function repair(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => repair(item, depth + 1));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).map(
    ([name, one]) => [wellFormed(name), repair(one, depth + 1)] as const,
  );
  return Object.fromEntries(fields);
}

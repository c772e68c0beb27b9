/**
 * Canonical JSON (RFC 8785): one value, one text, so that a digest names a value and not its spelling.
 * What is not plain JSON is refused instead of guessed at: two values must never share a text by accident.
 */

/** Deeper values are refused, so that hostile input cannot exhaust the stack. */
export const MAX_DEPTH = 64;

/** A value that has no canonical text. `path` says where it sits; the value itself is never repeated. */
export class NotCanonicalError extends Error {
  readonly path: string;

  constructor(path: string, what: string) {
    super(`${path} ${what}; only plain JSON can be recorded or hashed`);
    this.name = 'NotCanonicalError';
    this.path = path;
  }
}

/**
 * The RFC 8785 text of plain JSON. Throws `NotCanonicalError` for everything else: undefined, NaN, Infinity, bigint,
 * functions, lone surrogates, class instances, holes in lists, `toJSON`, nesting beyond `MAX_DEPTH`.
 */
export function canonical(value: unknown): string {
  return told(value, 'any');
}

/**
 * The same for audit entries, with two differences. Numbers must be whole and within ±(2^53 - 1): other languages
 * then read the same number, whatever their number type. And half a surrogate pair in a text (not in a name)
 * becomes U+FFFD instead of being refused: what a stranger sent must not stop the record.
 */
export function canonicalEntry(value: unknown): string {
  return typeof value === 'string' ? writeText(value, 'entry') : told(value, 'entry');
}

type Dialect = 'any' | 'entry';

/** What has no text, and on the way out where it sits: mostly nothing is refused, and no trail needed. */
class Refusal extends Error {
  readonly trail: (string | number)[] = [];
}

function told(value: unknown, dialect: Dialect): string {
  try {
    return write(value, 0, dialect);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const steps = error.trail.map((step) =>
      typeof step === 'number' ? `[${step}]` : `.${wellFormed(step)}`,
    );
    throw new NotCanonicalError(`$${steps.join('')}`, error.message);
  }
}

function write(value: unknown, depth: number, dialect: Dialect): string {
  switch (typeof value) {
    case 'string':
      return writeText(value, dialect);
    case 'number':
      return writeNumber(value, dialect);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new Refusal(`is nested deeper than ${MAX_DEPTH} levels`);
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
        throw new Refusal('says itself what its JSON is (toJSON)');
      return Array.isArray(value) ? writeList(value, depth, dialect) : writeObject(value, depth, dialect);
    default:
      throw new Refusal(`is of type ${typeof value}`);
  }
}

function writeList(items: readonly unknown[], depth: number, dialect: Dialect): string {
  let text = '[';
  let at = 0;
  try {
    for (; at < items.length; at += 1) text += `${at > 0 ? ',' : ''}${write(items[at], depth + 1, dialect)}`;
  } catch (error) {
    throw inside(at, error);
  }
  return `${text}]`;
}

function writeObject(value: object, depth: number, dialect: Dialect): string {
  if (!isPlain(value)) throw new Refusal('is not a plain object');
  const fields = value as { readonly [name: string]: unknown };
  let text = '{';
  let at = '';
  try {
    for (const name of sorted(Object.keys(fields))) {
      at = name;
      text += `${text.length > 1 ? ',' : ''}${writeText(name, 'any')}:${write(fields[name], depth + 1, dialect)}`;
    }
  } catch (error) {
    throw inside(at, error);
  }
  return `${text}}`;
}

function inside(step: string | number, error: unknown): unknown {
  if (error instanceof Refusal) error.trail.unshift(step);
  return error;
}

/** Beyond this many names the engine's own way of sorting is the faster one. */
const FEW = 12;

/** In place, by UTF-16 code units: the order RFC 8785 asks for, of `<` and of `sort` alike. */
function sorted(names: string[]): readonly string[] {
  if (names.length > FEW) return names.sort();
  for (let end = 1; end < names.length; end += 1) {
    const name = names[end] ?? '';
    let at = end;
    for (let before = names[at - 1]; before !== undefined && before > name; before = names[at - 1]) {
      names[at] = before;
      at -= 1;
    }
    names[at] = name;
  }
  return names;
}

/** Plain in any realm: the prototype is null or a root prototype (values cross from other contexts). */
function isPlain(value: object): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Text that can be stored as UTF-8: what is no character becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** Quotes, backslashes and control characters are escaped; surrogates may be halves. Most texts hold none of these. */
const SPECIAL = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** JSON.stringify escapes strings exactly as RFC 8785 section 3.2.2.2 asks, save for lone surrogates. */
function writeText(text: string, dialect: Dialect): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  if (dialect === 'entry') return JSON.stringify(wellFormed(text));
  if (!text.isWellFormed()) throw new Refusal('holds half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number, dialect: Dialect): string {
  if (!Number.isFinite(value)) throw new Refusal('is not a finite number');
  if (dialect === 'entry' && !Number.isSafeInteger(value))
    throw new Refusal('is not a whole number within ±(2^53 - 1)');
  // ECMAScript's own number text is the one RFC 8785 section 3.2.2.3 prescribes; minus zero becomes 0.
  return String(value);
}

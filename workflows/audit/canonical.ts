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
  return write(value, [], 'any');
}

/**
 * The same for audit entries, with two differences. Numbers must be whole and within ±(2^53 - 1): other languages
 * then read the same number, whatever their number type. And half a surrogate pair in a text (not in a name)
 * becomes U+FFFD instead of being refused: what a stranger sent must not stop the record.
 */
export function canonicalEntry(value: unknown): string {
  // Most are texts, and each of these is written a dozen times for an entry.
  if (typeof value === 'string') return JSON.stringify(wellFormed(value));
  return write(value, [], 'entry');
}

type Dialect = 'any' | 'entry';
type Trail = (string | number)[];

function write(value: unknown, trail: Trail, dialect: Dialect): string {
  switch (typeof value) {
    case 'string':
      return writeText(dialect === 'entry' ? wellFormed(value) : value, trail);
    case 'number':
      return writeNumber(value, trail, dialect);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (trail.length >= MAX_DEPTH) throw refusal(trail, `is nested deeper than ${MAX_DEPTH} levels`);
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
        throw refusal(trail, 'says itself what its JSON is (toJSON)');
      return Array.isArray(value) ? writeList(value, trail, dialect) : writeObject(value, trail, dialect);
    default:
      throw refusal(trail, `is of type ${typeof value}`);
  }
}

function writeList(items: readonly unknown[], trail: Trail, dialect: Dialect): string {
  let text = '[';
  for (let at = 0; at < items.length; at += 1) {
    trail.push(at);
    if (at > 0) text += ',';
    text += write(items[at], trail, dialect);
    trail.pop();
  }
  return `${text}]`;
}

function writeObject(value: object, trail: Trail, dialect: Dialect): string {
  if (!isPlain(value)) throw refusal(trail, 'is not a plain object');
  const fields = value as { readonly [name: string]: unknown };
  let text = '{';
  // The default order of `sort` is by UTF-16 code units, which is the order RFC 8785 asks for.
  for (const name of Object.keys(fields).sort()) {
    trail.push(name);
    if (text.length > 1) text += ',';
    text += `${writeText(name, trail)}:${write(fields[name], trail, dialect)}`;
    trail.pop();
  }
  return `${text}}`;
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

/** JSON.stringify escapes strings exactly as RFC 8785 section 3.2.2.2 asks, save for lone surrogates. */
function writeText(text: string, trail: Trail): string {
  if (!text.isWellFormed()) throw refusal(trail, 'holds half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number, trail: Trail, dialect: Dialect): string {
  if (!Number.isFinite(value)) throw refusal(trail, 'is not a finite number');
  if (dialect === 'entry' && !Number.isSafeInteger(value))
    throw refusal(trail, 'is not a whole number within ±(2^53 - 1)');
  // ECMAScript's own number text is the one RFC 8785 section 3.2.2.3 prescribes; minus zero becomes 0.
  return String(value);
}

function refusal(trail: Trail, what: string): NotCanonicalError {
  const path = trail
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${wellFormed(step)}`))
    .join('');
  return new NotCanonicalError(`$${path}`, what);
}

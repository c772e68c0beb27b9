/**
 * What is personal never enters an entry. In its place stands a commitment, SHA-256(label ‖ 0 ‖ salt ‖ value);
 * value and salt are kept beside the log, where they can be erased while the log still verifies. Without its salt a
 * commitment says nothing, not even about a value that can be guessed; a plain digest would.
 */
import { canonicalEntry } from './canonical.ts';
import type { Codec } from './codec.ts';

/**
 * Fields whose texts are personal, wherever in a fact's details they stand: who, in whose words, and digests of what
 * was done to whom. A field that is none of these holds names of the trade: rules, tasks, codes, digests with a nonce.
 */
export const PERSONAL_FIELDS: ReadonlySet<string> = new Set([
  'by',
  'person',
  'requested_by',
  'settled_by',
  'reason',
  'message',
  'problems',
  'errors',
  'inputs',
  'output',
  'saved',
  'key',
  'targets',
]);

/** Bytes of salt: as many as the hash has, so that a salt is never the weaker part. */
export const SALT_BYTES = 32;
const LABEL = 'cordon/commit/v1\0';

/** One value outside the entry. */
export interface CommittedValue {
  /** Where in the details it stands, as a JSON pointer (RFC 6901). */
  readonly path: string;
  readonly salt: Uint8Array;
  /** Canonical JSON. */
  readonly text: string;
}

export interface Committed {
  /** The details with a commitment in the place of each personal value. */
  readonly details: { readonly [name: string]: unknown };
  readonly values: readonly CommittedValue[];
}

/** Lower-case hex. */
export function commitment(salt: Uint8Array, text: string, codec: Codec): string {
  const label = codec.encode(LABEL);
  const value = codec.encode(text);
  const bytes = new Uint8Array(label.length + salt.length + value.length);
  bytes.set(label);
  bytes.set(salt, label.length);
  bytes.set(value, label.length + salt.length);
  return codec.sha256Hex(bytes);
}

/** Throws `NotCanonicalError` for details that cannot be recorded. */
export function commitDetails(
  details: { readonly [name: string]: unknown },
  codec: Codec,
  drawSalt: () => Uint8Array,
): Committed {
  const values: CommittedValue[] = [];
  const replaced = replacePersonal(details, (path, value) => {
    const committed = { path, salt: drawSalt(), text: canonicalEntry(value) };
    values.push(committed);
    return { commit: commitment(committed.salt, committed.text, codec) };
  });
  return { details: replaced, values };
}

/** Texts and lists of texts under a personal name are given to `replace`; numbers, flags and null say nothing. */
function replacePersonal(
  details: { readonly [name: string]: unknown },
  replace: (path: string, value: unknown) => unknown,
): { readonly [name: string]: unknown } {
  const walk = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, at) => walk(item, `${path}/${at}`));
    if (typeof value !== 'object' || value === null) return value;
    const fields: [name: string, inner: unknown][] = Object.entries(value);
    for (const field of fields) {
      const [name, inner] = field;
      if (PERSONAL_FIELDS.has(name) && isText(inner)) field[1] = replace(`${path}/${escaped(name)}`, inner);
      else if (typeof inner === 'object' && inner !== null)
        field[1] = walk(inner, `${path}/${escaped(name)}`);
    }
    return Object.fromEntries(fields);
  };
  // Only plain mappings are walked; what else may hide in there is refused where the entry is written.
  return walk(details, '') as { readonly [name: string]: unknown };
}

function isText(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'))
  );
}

function escaped(name: string): string {
  return /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}

/** Every commitment in an entry's details, by path. */
export function commitmentsIn(details: { readonly [name: string]: unknown }): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, at) => walk(item, `${path}/${at}`));
    else if (typeof value === 'object' && value !== null) {
      const commit = commitOf(value);
      if (commit !== null) found.set(path, commit);
      else for (const [name, inner] of Object.entries(value)) walk(inner, `${path}/${escaped(name)}`);
    }
  };
  walk(details, '');
  return found;
}

function commitOf(value: object): string | null {
  const names = Object.keys(value);
  if (names.length !== 1 || names[0] !== 'commit') return null;
  const { commit } = value as { readonly commit: unknown };
  return typeof commit === 'string' && /^[0-9a-f]{64}$/.test(commit) ? commit : null;
}

/** Details with the values that are still there in their places; what was erased keeps its commitment. */
export function openDetails(
  details: { readonly [name: string]: unknown },
  values: ReadonlyMap<string, unknown>,
): { readonly [name: string]: unknown } {
  const walk = (value: unknown, path: string): unknown => {
    if (values.has(path)) return values.get(path);
    if (Array.isArray(value)) return value.map((item, at) => walk(item, `${path}/${at}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, walk(inner, `${path}/${escaped(name)}`)]),
    );
  };
  return walk(details, '') as { readonly [name: string]: unknown };
}

/** What a fact says without what is personal in it: two facts that agree here differ at most in personal values. */
export function blanked(details: { readonly [name: string]: unknown }): string {
  return canonicalEntry(replacePersonal(details, () => null));
}

/** The same of details as they stand in an entry. */
export function blankedCommitments(details: { readonly [name: string]: unknown }): string {
  const paths = [...commitmentsIn(details).keys()];
  return canonicalEntry(openDetails(details, new Map(paths.map((path) => [path, null]))));
}

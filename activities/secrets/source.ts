/**
 * The contract of a secret source: a name in, a value out. References travel; values never do. A value MUST
 * NOT appear in an error, a log line or a result, and nothing here says how a secret looks or how long it is.
 */
import type { Fault } from '../../workflows/walk/outcome.ts';

export type Secret = { readonly kind: 'secret'; readonly value: string };
export type NoSecret = { readonly kind: 'no_secret'; readonly fault: Fault };

/** A place secrets are kept in. Names have been checked against `REFERENCE`. Never throws. */
export interface SecretSource {
  get(name: string): Promise<Secret | NoSecret>;
}

export interface Reference {
  readonly source: string;
  readonly name: string;
}

const REFERENCE = /^secret:\/\/([a-z]+)\/([A-Za-z0-9._/-]{1,200}(?:#[A-Za-z0-9._-]{1,64})?)$/;

/** `secret://<source>/<name>`, in a vault `…#<field>`; null for anything else, and for names that climb or are rooted. */
export function parseReference(text: string): Reference | null {
  const [, source, name] = REFERENCE.exec(text) ?? [];
  if (source === undefined || name === undefined) return null;
  const steps = name.replace(/#.*$/, '').split('/');
  return steps.some((step) => step === '' || step === '.' || step === '..') ? null : { source, name };
}

export function noSecret(code: string, message: string): NoSecret {
  return { kind: 'no_secret', fault: { code, message } };
}

/** Shorter secrets can be guessed, and cannot be told from ordinary text when they must be blotted out. */
export const SHORTEST_SECRET = 8;
/** A key with its certificate chain stays far below. */
export const LARGEST_SECRET_BYTES = 64 * 1024;

/** Defaults that ship with products; whoever has one here has no secret. */
const NO_SECRETS = new Set(
  'password passw0rd password1 password123 changeme changeit letmein1 12345678 123456789 1234567890 qwertyui qwerty123 administrator default1 secret123 topsecret iloveyou'.split(
    ' ',
  ),
);

/** A value as a usable secret, or why it is none. The value itself is not quoted. */
export function acceptSecret(reference: string, value: string): Secret | NoSecret {
  if (value.length < SHORTEST_SECRET)
    return noSecret(
      'secret_too_short',
      `${reference} holds fewer than ${SHORTEST_SECRET} characters; set a longer one`,
    );
  if (Buffer.byteLength(value) > LARGEST_SECRET_BYTES)
    return noSecret(
      'secret_too_large',
      `${reference} holds more than ${LARGEST_SECRET_BYTES} bytes; it is no secret`,
    );
  if (NO_SECRETS.has(value.toLowerCase()) || /^(.)\1*$/s.test(value))
    return noSecret('secret_is_common', `${reference} holds a common default; set a real one`);
  return { kind: 'secret', value };
}

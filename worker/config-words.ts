/** What values of cordon.yaml are made of. Each has one sentence that says what it must be. */
import { z } from 'zod';
import { parseReference } from '../activities/secrets/source.ts';
import { isPostgresUrl, isSafePostgresUrl } from '../activities/stores/source.ts';

export const must = (sentence: string): { readonly error: string } => ({ error: `must be ${sentence}` });

export function text(sentence: string, pattern: RegExp): z.ZodString {
  return z.string(must(sentence)).max(1_000, must(sentence)).regex(pattern, must(sentence));
}

export function number(sentence: string, least: number, most: number): z.ZodInt {
  return z.int(must(sentence)).min(least, must(sentence)).max(most, must(sentence));
}

export const path = text('a path', /^[^\0]+$/);
export const word = text('a name without spaces', /^\S+$/);
export const mailAddress = text('a mail address', /^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/);
export const digest = text('a SHA-256 digest, 64 hexadecimal digits in lower case', /^[0-9a-f]{64}$/);

export const sender = text(
  'a mail address, with or without a name before it in the form Name <address>',
  /^[^\r\n]+@[^\r\n]+$/,
);
const domain = text('a mail domain such as example.org', /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/);
export const domains = z
  .array(domain, must('a list of mail domains'))
  .min(1, must('a list of at least one mail domain'));

const REFERENCE = 'a reference to a secret, such as secret://env/CORDON_SECRET_NAME, never the secret itself';
export const reference = z
  .string(must(REFERENCE))
  .refine((value) => parseReference(value) !== null, must(REFERENCE));

export const host = text('a host name or an address', /^[A-Za-z0-9._:[\]-]+$/);

const SAFE_URL = 'an https URL without credentials (plain http only to 127.0.0.1)';
export const url = z.string(must(SAFE_URL)).refine((value) => isSafeUrl(value), must(SAFE_URL));

/** Tokens travel to these addresses, so they must not travel in the clear. */
function isSafeUrl(value: string): boolean {
  const parsed = URL.parse(value);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && parsed.hostname === '127.0.0.1');
}

const STATE =
  'a path, or a postgres:// URL without a password, which belongs into state_password as a reference to a secret';
export const state = z
  .string(must(STATE))
  .max(1_000, must(STATE))
  .regex(/^[^\0]+$/, must(STATE))
  .refine((value) => !isPostgresUrl(value) || isSafePostgresUrl(value), must(STATE));

/** What values of cordon.yaml are made of. Each has one sentence that says what it must be. */
import { z } from 'zod';
import { parseReference } from '../activities/secrets/source.ts';

export const must = (sentence: string): { readonly error: string } => ({ error: `must be ${sentence}` });

export function text(sentence: string, pattern: RegExp): z.ZodString {
  return z.string(must(sentence)).max(1_000, must(sentence)).regex(pattern, must(sentence));
}

export function number(sentence: string, least: number, most: number): z.ZodInt {
  return z.int(must(sentence)).min(least, must(sentence)).max(most, must(sentence));
}

export const path = text('a path', /^[^\0]+$/);
export const word = text('a name without spaces', /^\S+$/);

const REFERENCE = 'a reference to a secret, such as secret://env/CORDON_SECRET_NAME, never the secret itself';
export const reference = z
  .string(must(REFERENCE))
  .refine((value) => parseReference(value) !== null, must(REFERENCE));

const SAFE_URL = 'an https URL without credentials (plain http only to 127.0.0.1)';
export const url = z.string(must(SAFE_URL)).refine((value) => isSafeUrl(value), must(SAFE_URL));

/** Tokens travel to these addresses, so they must not travel in the clear. */
function isSafeUrl(value: string): boolean {
  const parsed = URL.parse(value);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && parsed.hostname === '127.0.0.1');
}

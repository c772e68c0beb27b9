/** How values of cordon.yaml are described: one sentence each, which a problem quotes in place of the value. */
import { z } from 'zod';
import { parseReference } from '../activities/secrets/source.ts';

export const must = (sentence: string): { readonly error: string } => ({ error: `must be ${sentence}` });

export function text(sentence: string, pattern: RegExp): z.ZodString {
  return z.string(must(sentence)).max(1_000, must(sentence)).regex(pattern, must(sentence));
}

export function number(sentence: string, least: number, most: number): z.ZodInt {
  return z.int(must(sentence)).min(least, must(sentence)).max(most, must(sentence));
}

const REFERENCE = 'a reference to a secret, such as secret://env/CORDON_SECRET_NAME, never the secret itself';
export const reference = z
  .string(must(REFERENCE))
  .refine((value) => parseReference(value) !== null, must(REFERENCE));

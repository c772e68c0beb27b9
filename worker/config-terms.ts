/** The words that the shapes of cordon.yaml are written with: each value has one sentence that says what it must be. */
import { z } from 'zod';

export const must = (sentence: string): { readonly error: string } => ({ error: `must be ${sentence}` });

export function text(sentence: string, pattern: RegExp): z.ZodString {
  return z.string(must(sentence)).max(1_000, must(sentence)).regex(pattern, must(sentence));
}

export function number(sentence: string, least: number, most: number): z.ZodInt {
  return z.int(must(sentence)).min(least, must(sentence)).max(most, must(sentence));
}

export const path = text('a path', /^[^\0]+$/);

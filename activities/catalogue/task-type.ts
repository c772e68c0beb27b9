/** A task type as its contract: what it takes and what it promises to return, whoever performs it. */
import { z } from 'zod';
import type { JsonObject } from '../../workflows/language/json.ts';

export interface TaskContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  /** Canonical names of what would be acted on; policy decides over these. */
  readonly targets: (input: z.output<I>) => readonly string[];
  /** Where the action would send something, as `host:name` or `mail:domain` in lower case; absent: nowhere. */
  readonly reaches?: (input: z.output<I>) => readonly string[];
}

export function taskType<I extends z.ZodType, O extends z.ZodType>(
  contract: TaskContract<I, O>,
): TaskContract<I, O> {
  return contract;
}

export type InputOf<C> = C extends TaskContract<infer I> ? z.output<I> : never;
export type OutputOf<C> = C extends TaskContract<z.ZodType, infer O> ? z.input<O> : never;

/** The contract's schema as the language knows it. Throws for a schema JSON Schema cannot express. */
export function jsonSchema(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonObject;
}

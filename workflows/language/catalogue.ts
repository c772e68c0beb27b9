/**
 * What the compiler knows about task types: their input and output shapes as JSON Schema, and which
 * connectors perform them. The doing side builds it (`activities/catalogue`); nothing here calls anything.
 */
import type { JsonObject } from './json.ts';
import type { Repeat, Reversibility } from './plan.ts';

export interface Performer {
  readonly connector: string;
  readonly reversibility: Reversibility;
  readonly repeat: Repeat;
  /** Default limit of one attempt, milliseconds. */
  readonly timeoutMs: number;
}

export interface TaskType {
  readonly name: string;
  readonly summary: string;
  /** JSON Schema (draft 7) of an object, `additionalProperties: false`. */
  readonly input: JsonObject;
  readonly output: JsonObject;
  /** Empty when no connector for it is installed. Several: the run's provider chooses. */
  readonly performers: readonly Performer[];
}

export type Catalogue = ReadonlyMap<string, TaskType>;

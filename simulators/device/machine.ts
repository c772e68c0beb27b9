/** What a simulated device is behind its SSH server: programs by name, fixed shell texts by their text, and state. */
import type { Shape } from '../../activities/connectors/ssh/command.ts';

export interface Result {
  readonly code: number;
  readonly stdout: string;
}

export type Program = (args: readonly string[], input: string) => Result;

export interface Machine {
  /** As effects name it. */
  readonly name: string;
  /** By the first word of a command. */
  readonly programs: { readonly [name: string]: Program };
  /** Fixed shell texts that this device understands beyond those every device does. */
  readonly scripts?: readonly (readonly [shape: Shape, program: Program])[];
}

/** Told of every change that took effect. */
export type Tell = (what: string) => void;

export function ok(stdout = ''): Result {
  return { code: 0, stdout };
}

export function failed(code = 1): Result {
  return { code, stdout: '' };
}

/** A fault of the playbook's shape, before its place in the file is looked up. */
import type { Path, ProblemCode } from './problem.ts';

export interface Misfit {
  readonly code: ProblemCode;
  readonly message: string;
  /** When omitted, the code's own. */
  readonly remedy?: string;
  readonly path: Path;
  /** The fault is the last step of the path itself, a key. */
  readonly isKey?: boolean;
}

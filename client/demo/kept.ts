/** What a run has put among its evidence, a line each. */
import type { Json } from '../../workflows/language/json.ts';

const SHOWN = 12;

/** Nothing where the task that keeps it did not get so far. */
export function keptLine(what: string, sha256: Json | undefined): readonly string[] {
  return typeof sha256 === 'string'
    ? [`${what} is kept as evidence, SHA-256 ${sha256.slice(0, SHOWN)}…`]
    : [];
}

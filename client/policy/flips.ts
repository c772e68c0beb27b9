/** Where two sets decide differently. What was denied and would be allowed comes first: it is what can hurt. */
import type { Verdict } from '../../workflows/walk/verdict.ts';

export interface Flip {
  readonly what: string;
  readonly before: Verdict['effect'];
  readonly after: Verdict['effect'] | 'error';
  readonly rulesBefore: readonly string[];
  readonly rulesAfter: readonly string[];
}

const STRICTNESS = { allow: 0, needs_approval: 1, deny: 2, error: 3 } as const;

/** Loosening by how much, then tightening, then errors; in their order within each. */
export function sortFlips(flips: readonly Flip[]): readonly Flip[] {
  const loosening = ({ before, after }: Flip): number => STRICTNESS[after] - STRICTNESS[before];
  return flips.toSorted((one, other) => loosening(one) - loosening(other));
}

export function isLooser({ before, after }: Flip): boolean {
  return STRICTNESS[after] < STRICTNESS[before];
}

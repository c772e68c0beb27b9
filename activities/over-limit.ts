/** What the limits say, in the words of a verdict. */
import type { DeterminingRule, Verdict } from '../workflows/walk/verdict.ts';
import type { Exceeded } from './stores/reservations.ts';

export function overLimit({ limit, taken, asked }: Exceeded, policySet: string): Verdict {
  const reason = `limit ${limit.name}: ${taken} of ${limit.most} are taken, and this would take ${asked} more`;
  const rule: DeterminingRule = { id: 'guard.blast_radius', effect: 'guard', reason };
  return { effect: 'deny', rules: [rule], obligations: [], engine: 'guards', policySet, errors: [] };
}

/** The gate that a set passes before it is activated: cases, coverage, mutants. */
import {
  mutate,
  runTable,
  uncovered,
  type CaseResult,
  type Mutant,
} from '../../activities/policy/testing/gate.ts';
import type { LookedAt } from './set.ts';

export interface GateReport {
  readonly cases: readonly CaseResult[];
  readonly uncovered: readonly string[];
  readonly mutants: readonly Mutant[];
  readonly passed: boolean;
}

export async function passGate(set: LookedAt): Promise<GateReport> {
  const { table, policy, rules, schema, guarded } = set;
  const cases = await runTable(table, policy);
  const lacking = uncovered(table, rules);
  const mutants = schema === null ? [] : await mutate({ table, rules, schema, guarded });
  return {
    cases,
    uncovered: lacking,
    mutants,
    passed:
      cases.every(({ difference }) => difference === null) &&
      lacking.length === 0 &&
      mutants.every(({ noticedBy }) => noticedBy !== null),
  };
}

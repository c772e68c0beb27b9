/**
 * The gate of a policy set: its cases hold, every rule decides in one and comes close in another, and every forbid is
 * noticed when it is taken away or turned round (a test that no mistake can fail tests nothing).
 */
import { openCedarEngine } from '../cedar/cedar.ts';
import type { PolicyText, Rule } from '../cedar/rule.ts';
import type { Policy, PolicyEngine } from '../engine.ts';
import { differenceFrom, questionOf, type TestCase, type TestTable } from './table.ts';

export interface CaseResult {
  readonly name: string;
  /** Null: it holds. */
  readonly difference: string | null;
}

export async function runTable(
  table: TestTable,
  policy: Pick<Policy, 'decide'>,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of table.cases) {
    const verdict = await policy.decide(questionOf(table, one));
    results.push({ name: one.name, difference: differenceFrom(one, verdict) });
  }
  return results;
}

/** One line per rule that no case shows at work, or that no case comes close to without it deciding. */
export function uncovered(table: TestTable, rules: readonly Pick<Rule, 'id'>[]): readonly string[] {
  return rules.flatMap(({ id }) => {
    const deciding = table.cases.filter((one) => one.expect.rules.includes(id));
    if (deciding.length === 0) return [`rule ${id} decides in no case; add one in which it does`];
    const types = new Set(deciding.map((one) => questionOf(table, one).type));
    const near = table.cases.some((one) => types.has(questionOf(table, one).type) && !deciding.includes(one));
    return near
      ? []
      : [`rule ${id} has no near miss; add a case of ${[...types].join(' or ')} in which it does not decide`];
  });
}

export interface Mutant {
  readonly rule: string;
  readonly how: 'removed' | 'negated';
  /** A case that fails without the rule; null: nobody would notice. */
  readonly noticedBy: string | null;
}

export interface MutationInput {
  readonly table: TestTable;
  readonly rules: readonly Rule[];
  readonly schema: PolicyText;
  /** Puts the set's guards before an engine. */
  readonly guarded: (engine: PolicyEngine) => Pick<Policy, 'decide'>;
}

/** Every rule removed in turn, and every forbid with conditions turned round. */
export async function mutate(input: MutationInput): Promise<readonly Mutant[]> {
  const mutants: Mutant[] = [];
  for (const rule of input.rules) {
    mutants.push({ rule: rule.id, how: 'removed', noticedBy: await noticed(input, rule, null) });
    const negated = rule.effect === 'forbid' ? negate(rule.text) : null;
    if (negated !== null)
      mutants.push({ rule: rule.id, how: 'negated', noticedBy: await noticed(input, rule, negated) });
  }
  return mutants;
}

async function noticed(
  { table, rules, schema, guarded }: MutationInput,
  changed: Rule,
  text: string | null,
): Promise<string | null> {
  const left = rules.flatMap((rule) => {
    if (rule.id !== changed.id) return [rule];
    return text === null ? [] : [{ ...rule, text }];
  });
  const mutant = openCedarEngine(
    { schema: schema.text, rules: left },
    { digest: '0'.repeat(64), name: 'mutant' },
  );
  const policy = guarded(mutant);
  for (const one of casesFor(table, changed.id)) {
    const verdict = await policy.decide(questionOf(table, one));
    if (verdict.effect !== one.expect.effect || differenceFrom(one, verdict) !== null) return one.name;
  }
  return null;
}

/** Those in which the rule decides come first: one of them usually notices. */
function casesFor(table: TestTable, id: string): readonly TestCase[] {
  const named = table.cases.filter((one) => one.expect.rules.includes(id));
  return [...named, ...table.cases.filter((one) => !named.includes(one))];
}

/** `when` and `unless` exchanged; null for a rule without conditions, which removal covers. */
export function negate(text: string): string | null {
  const code = text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, (inert) => ' '.repeat(inert.length));
  const at = [...code.matchAll(/\b(when|unless)\s*\{/g)];
  if (at.length === 0) return null;
  let turned = text;
  for (const match of at.toReversed()) {
    const word = match[1] === 'when' ? 'unless' : 'when';
    turned = turned.slice(0, match.index) + word + turned.slice(match.index + (match[1]?.length ?? 0));
  }
  return turned;
}

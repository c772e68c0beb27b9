/**
 * A policy set is tried before it may speak: parsed, validated strictly against its schema and asked once
 * about every action, all on an instance that is thrown away afterwards.
 */
import type { Asset } from '../assets.ts';
import type { PolicyRequest } from '../engine.ts';
import { UNMARKED } from '../../../workflows/language/marking.ts';
import { createDecider, textsOf } from './ask.ts';
import type { Cedar } from './instance.ts';
import { DEEPEST_NESTING, LARGEST_TEXT, nesting } from './nesting.ts';
import { cedarRequest, ENTITY_TYPES } from './request.ts';
import { readRules } from './rule.ts';
import type { PolicyText, RuleSet } from './rule.ts';

export type Activation =
  | { readonly kind: 'activated'; readonly set: RuleSet }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Never throws for a bad set, however bad: an instance that breaks on it is itself a problem of the set. */
export function activate(
  instantiate: () => Cedar,
  schema: PolicyText,
  policies: readonly PolicyText[],
): Activation {
  const cedar = instantiate();
  try {
    if (schema.text.length > LARGEST_TEXT || nesting(schema.text) > DEEPEST_NESTING)
      return { kind: 'problems', problems: [`${schema.file}: too long or too deeply nested`] };
    const parsed = cedar.checkParseSchema(schema.text);
    if (parsed.type === 'failure')
      return { kind: 'problems', problems: parsed.errors.map((error) => `${schema.file}: ${error.message}`) };
    const read = readRules(cedar, policies);
    if (read.kind === 'problems') return read;
    const set = { schema: schema.text, rules: read.rules };
    const invalid = validationProblems(cedar, set);
    const problems = invalid.length > 0 ? invalid : probe(cedar, set);
    return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'activated', set };
  } catch {
    // What it throws is an address inside the module and helps nobody.
    return {
      kind: 'problems',
      problems: ['the policy engine broke on this set; look for very long or deep expressions'],
    };
  }
}

/** Warnings count: each says that a rule can never apply, which is what a misspelt rule looks like. */
function validationProblems(cedar: Cedar, { schema, rules }: RuleSet): string[] {
  const answer = cedar.validate({ schema, policies: { staticPolicies: textsOf(rules) } });
  if (answer.type === 'failure') return answer.errors.map((error) => error.message);
  return [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) => {
    const help = error.help === null ? '' : ` (${error.help})`;
    return `rule "${policyId}": ${error.message}${help}`;
  });
}

/**
 * Asks once about every action, as Cordon itself will: evaluation needs more stack than parsing does, and a
 * schema that does not take what Cordon sends would deny everything.
 */
function probe(cedar: Cedar, set: RuleSet): string[] {
  const json = cedar.schemaToJson(set.schema);
  if (json.type === 'failure') return json.errors.map((error) => error.message);
  const decider = createDecider(cedar, set);
  const problems = new Set<string>();
  for (const [type, { appliesTo }] of Object.entries(json.json['']?.actions ?? {})) {
    for (const asset of PROBES.filter(({ kind }) => appliesTo?.resourceTypes.includes(ENTITY_TYPES[kind]))) {
      const finding = decider.ask(cedarRequest({ ...PROBE, type, targets: [asset] }, asset));
      if (finding.kind === 'error') problems.add(`action "${type}" on ${asset.kind}: ${finding.errors[0]}`);
    }
  }
  return [...problems];
}

const PROBE: Omit<PolicyRequest, 'type' | 'targets'> = {
  task: 'probe',
  connector: 'probe',
  reversibility: 'C',
  severity: 'critical',
  playbook: 'probe',
  playbookVersion: '1',
  caseId: 'probe',
  requestedBy: 'probe',
  approvals: [],
  roster: true,
  mode: 'production',
  at: 0,
  startedAt: 0,
  marking: UNMARKED,
  reaches: ['probe.example'],
  barred: [],
  released: true,
};
const PROBES: readonly Asset[] = (['account', 'device', 'router', 'service'] as const).map((kind) => ({
  id: 'probe',
  kind,
  provider: 'probe',
  protected: false,
  size: 1,
}));

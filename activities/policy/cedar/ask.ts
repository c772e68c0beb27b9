/** One question about one asset, asked of Cedar, with every way it can answer mapped to a finding. */
import type { Policy } from '@cedar-policy/cedar-wasm/nodejs';
import type { Cedar } from './instance.ts';
import type { CedarRequest } from './request.ts';
import type { Rule, RuleSet } from './rule.ts';

/** `scopes` holds every permit without its conditions: what nearly matched. */
type SetName = 'all' | 'permits' | 'scopes';
const SCHEMA = 'schema';

export type Finding =
  | { readonly kind: 'allow'; readonly rules: readonly Rule[] }
  | { readonly kind: 'forbidden'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not_permitted' }
  | { readonly kind: 'error'; readonly errors: readonly [string, ...string[]] };

/** Empty rules: nothing permits it. */
export type Permits =
  { readonly kind: 'rules'; readonly rules: readonly Rule[] } | Extract<Finding, { readonly kind: 'error' }>;

export interface Decider {
  ask(request: CedarRequest): Finding;
  /** The permits that match too: what would hold if nothing forbade it. */
  permitsOf(request: CedarRequest): Permits;
  /** The permits whose scope matches while their conditions do not. */
  nearest(request: CedarRequest): readonly Rule[];
}

/** Loads the set into an instance of its own. Throws when the instance does: the set has been tried before. */
export function createDecider(cedar: Cedar, set: RuleSet): Decider {
  const permits = set.rules.filter((rule) => rule.effect === 'permit');
  const scopes = Object.fromEntries(permits.map((rule) => [rule.id, rule.scope]));
  const loaded = [
    cedar.preparseSchema(SCHEMA, set.schema),
    load(cedar, 'all', textsOf(set.rules)),
    load(cedar, 'permits', textsOf(permits)),
    load(cedar, 'scopes', scopes),
  ];
  const failure = loaded.find((answer) => answer.type === 'failure');
  if (failure?.type === 'failure') throw new Error('Cedar refused a policy set that it had accepted before');
  const byId = new Map(set.rules.map((rule) => [rule.id, rule]));
  const matching = (name: SetName, request: CedarRequest): Permits => {
    const finding = ask(cedar, name, request, byId);
    if (finding.kind === 'error') return finding;
    return { kind: 'rules', rules: finding.kind === 'allow' ? finding.rules : [] };
  };
  return {
    ask: (request) => ask(cedar, 'all', request, byId),
    permitsOf: (request) => matching('permits', request),
    nearest(request) {
      const near = matching('scopes', request);
      return near.kind === 'rules' ? near.rules : [];
    },
  };
}

function load(
  cedar: Cedar,
  name: SetName,
  staticPolicies: Record<string, Policy>,
): ReturnType<Cedar['preparsePolicySet']> {
  return cedar.preparsePolicySet(name, { staticPolicies });
}

function ask(cedar: Cedar, name: SetName, request: CedarRequest, byId: ReadonlyMap<string, Rule>): Finding {
  const answer = cedar.statefulIsAuthorized({
    ...request,
    preparsedSchemaName: SCHEMA,
    validateRequest: true,
    preparsedPolicySetId: name,
  });
  if (answer.type === 'failure') return failed(answer.errors.map((error) => error.message));
  const { decision, diagnostics } = answer.response;
  // Cedar skips a rule that it cannot evaluate, a forbid included, and would then allow.
  if (diagnostics.errors.length > 0)
    return failed(diagnostics.errors.map(({ policyId, error }) => `rule ${policyId}: ${error.message}`));
  const rules = diagnostics.reason.flatMap((id) => byId.get(id) ?? []);
  if (rules.length !== diagnostics.reason.length)
    return failed(['the engine named a rule that is not in the set']);
  if (decision === 'allow')
    return rules.length > 0 ? { kind: 'allow', rules } : failed(['allowed without a rule']);
  return rules.length > 0 ? { kind: 'forbidden', rules } : { kind: 'not_permitted' };
}

function failed(messages: readonly string[]): Finding {
  const [first = 'the engine failed without a message', ...rest] = messages;
  return { kind: 'error', errors: [first, ...rest] };
}

export function textsOf(rules: readonly Rule[]): Record<string, string> {
  return Object.fromEntries(rules.map((rule) => [rule.id, rule.text]));
}

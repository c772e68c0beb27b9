/** Policy text as a list of rules with their annotations, or everything that is wrong with it. */
import type { Annotations, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { NO_OBLIGATIONS, readObligations } from '../obligation.ts';
import type { StatedObligations } from '../obligation.ts';
import type { Cedar } from './instance.ts';
import { DEEPEST_NESTING, LARGEST_TEXT, nesting } from './nesting.ts';

export interface Rule {
  /** From `@id`; unique in the set. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** From `@reason`; what people read. */
  readonly reason: string;
  /** From `@obligation`. A forbid without `approval` is lifted by nobody. */
  readonly obligations: StatedObligations;
  /** As written: the JSON form would round integers beyond 2^53. */
  readonly text: string;
  /** The rule without its conditions. */
  readonly scope: PolicyJson;
}

/** Rules and the schema they passed. */
export interface RuleSet {
  readonly schema: string;
  readonly rules: readonly Rule[];
}

export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

export type ReadRules =
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const KNOWN_ANNOTATIONS = new Set(['id', 'reason', 'obligation']);

/** Reads every file; all problems at once. The instance is at risk: pass one that nothing else uses. */
export function readRules(cedar: Cedar, texts: readonly PolicyText[]): ReadRules {
  const rules = new Map<string, Rule>();
  const problems: string[] = [];
  for (const { file, text } of texts) {
    const fault = faultOfText(text);
    if (fault !== null) {
      problems.push(`${file}: ${fault}`);
      continue;
    }
    const parts = cedar.policySetTextToParts(text);
    if (parts.type === 'failure') {
      problems.push(...parts.errors.map((error) => `${file}: ${error.message}`));
      continue;
    }
    if (parts.policy_templates.length > 0)
      problems.push(`${file}: policy templates are not used here; write policies out`);
    for (const policy of parts.policies) {
      const rule = readRule(cedar, policy);
      if (rule.kind === 'problem') problems.push(`${file}: ${rule.problem}`);
      else if (rules.has(rule.rule.id))
        problems.push(`${file}: @id("${rule.rule.id}") is used twice; give each rule its own`);
      else rules.set(rule.rule.id, rule.rule);
    }
  }
  if (problems.length === 0 && rules.size === 0)
    problems.push('the policy set holds no rule; add a .cedar file');
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'rules', rules: [...rules.values()] };
}

function faultOfText(text: string): string | null {
  if (text.length > LARGEST_TEXT) return `longer than ${LARGEST_TEXT} characters; split it`;
  if (nesting(text) > DEEPEST_NESTING) return `brackets nest deeper than ${DEEPEST_NESTING}; split the rule`;
  return null;
}

type ReadRule =
  { readonly kind: 'rule'; readonly rule: Rule } | { readonly kind: 'problem'; readonly problem: string };

function readRule(cedar: Cedar, text: string): ReadRule {
  const answer = cedar.policyToJson(text);
  const start = text.replace(/\s+/g, ' ').slice(0, 60);
  if (answer.type === 'failure')
    return { kind: 'problem', problem: `${answer.errors[0]?.message ?? 'unreadable'} at "${start}"` };
  const policy = answer.json;
  const annotations: Annotations = policy.annotations ?? {};
  const { id, reason, obligation } = annotations;
  const unknown = Object.keys(annotations).find((name) => !KNOWN_ANNOTATIONS.has(name));
  if (unknown !== undefined)
    return {
      kind: 'problem',
      problem: `@${unknown} is not understood at "${start}"; use @id, @reason, @obligation`,
    };
  if (id === undefined || !/^[a-z0-9][a-z0-9._-]{0,79}$/.test(id) || RESERVED_IDS.test(id))
    return {
      kind: 'problem',
      problem: `no usable @id at "${start}"; give it one in a-z 0-9 . _ - (not ${RESERVED})`,
    };
  if (!reason)
    return { kind: 'problem', problem: `rule "${id}" has no @reason; say what people should read` };
  const stated = obligation === undefined ? NONE : readObligations(obligation);
  if (stated.kind === 'problem')
    return { kind: 'problem', problem: `rule "${id}": @obligation is refused: ${stated.problem}` };
  const { obligations } = stated;
  if (obligations.approval !== null && policy.effect === 'permit')
    return { kind: 'problem', problem: `rule "${id}": @obligation with approval belongs on a forbid` };
  return {
    kind: 'rule',
    rule: { id, effect: policy.effect, reason, obligations, text, scope: { ...policy, conditions: [] } },
  };
}

const NONE = { kind: 'obligations', obligations: NO_OBLIGATIONS } as const;

/** Ids the engine and its guards give. */
const RESERVED = 'guard.…, default_deny, policy_error';
const RESERVED_IDS = /^(?:guard\.|default_deny$|policy_error$)/;

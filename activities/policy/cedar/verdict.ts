/** From Cedar's findings on one target to a decision: what needs approval, and why nothing permits it. */
import type { DeterminingRule, Obligation, Verdict } from '../../../workflows/walk/verdict.ts';
import type { Asset } from '../assets.ts';
import type { PolicyRequest } from '../engine.ts';
import { obligationsFrom } from '../obligation.ts';
import type { Decider } from './ask.ts';
import { cedarRequest } from './request.ts';
import type { CedarRequest } from './request.ts';
import type { Rule } from './rule.ts';

export interface Decision {
  readonly effect: Verdict['effect'];
  readonly rules: readonly DeterminingRule[];
  readonly obligations: readonly Obligation[];
  readonly errors: readonly string[];
}

/** What is asked of people stands in the annotations; whether they have given it is not Cedar's to say. */
export function decideTarget(decider: Decider, request: PolicyRequest, asset: Asset): Decision {
  const asked = cedarRequest(request, asset);
  const finding = decider.ask(asked);
  switch (finding.kind) {
    case 'allow':
      return decision('allow', finding.rules, request);
    case 'not_permitted':
      return { ...NOTHING, rules: [defaultDeny(decider, asked, request, asset)] };
    case 'error':
      return { ...NOTHING, errors: finding.errors };
    case 'forbidden': {
      const permits = decider.permitsOf(asked);
      if (permits.kind === 'error') return { ...NOTHING, errors: permits.errors };
      if (finding.rules.some(({ obligations }) => obligations.approval === null))
        return { ...NOTHING, rules: [...finding.rules, ...permits.rules].map(named) };
      if (permits.rules.length > 0)
        return decision('needs_approval', [...finding.rules, ...permits.rules], request);
      // People are asked only for what their approval would really allow.
      return {
        ...NOTHING,
        rules: [...finding.rules.map(named), defaultDeny(decider, asked, request, asset)],
      };
    }
    default:
      return finding satisfies never;
  }
}

const NOTHING = { effect: 'deny', rules: [], obligations: [], errors: [] } as const satisfies Decision;

function decision(effect: Verdict['effect'], rules: readonly Rule[], { startedAt }: PolicyRequest): Decision {
  const obligations = rules.flatMap((rule) => obligationsFrom(rule.obligations, startedAt));
  return { effect, rules: rules.map(named), obligations, errors: [] };
}

function named({ id, effect, reason }: Rule): DeterminingRule {
  return { id, effect, reason };
}

function defaultDeny(
  decider: Decider,
  asked: CedarRequest,
  request: PolicyRequest,
  asset: Asset,
): DeterminingRule {
  const near = decider.nearest(asked).map((rule) => `${rule.id} (${rule.reason})`);
  const hint =
    near.length > 0
      ? `nearest, but its conditions do not hold: ${near.join('; ')}`
      : 'no rule speaks about it';
  return {
    id: 'default_deny',
    effect: 'default',
    reason: `no rule permits ${request.type} on ${asset.kind} ${asset.id}; ${hint}`,
  };
}

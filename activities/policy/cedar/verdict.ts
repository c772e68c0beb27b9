/** From Cedar's findings to a verdict: what needs approval, why nothing permits it, which target decides. */
import type { DeterminingRule, Verdict } from '../../../workflows/walk/verdict.ts';
import type { Asset } from '../assets.ts';
import { countedApprovals, errorVerdict } from '../engine.ts';
import type { PolicyRequest, PolicySetId } from '../engine.ts';
import type { Decider } from './ask.ts';
import { cedarRequest } from './request.ts';
import type { CedarRequest } from './request.ts';
import type { Rule } from './rule.ts';

export interface Decision {
  readonly effect: Verdict['effect'];
  readonly rules: readonly DeterminingRule[];
  readonly quorum: number;
  readonly errors: readonly string[];
}

export function decideTarget(decider: Decider, request: PolicyRequest, asset: Asset): Decision {
  const approvals = countedApprovals(request);
  const asked = cedarRequest(request, asset, approvals);
  const finding = decider.ask(asked);
  switch (finding.kind) {
    case 'allow':
      return decision('allow', finding.rules);
    case 'not_permitted':
      return { ...decision('deny', []), rules: [defaultDeny(decider, asked, request, asset)] };
    case 'error':
      return { ...decision('deny', []), errors: finding.errors };
    case 'forbidden': {
      const quorum = quorumOf(finding.rules);
      if (quorum === null) return decision('deny', [...finding.rules, ...decider.permitsOf(asked)]);
      return whenApproved(decider, request, asset, finding.rules, quorum);
    }
    default:
      return finding satisfies never;
  }
}

/** People are asked only for what their approval would really allow, so the question is put as if they had given it. */
function whenApproved(
  decider: Decider,
  request: PolicyRequest,
  asset: Asset,
  forbids: readonly Rule[],
  quorum: number,
): Decision {
  const asked = cedarRequest(request, asset, Math.max(quorum, countedApprovals(request)));
  const finding = decider.ask(asked);
  switch (finding.kind) {
    case 'allow':
      return { ...decision('needs_approval', [...forbids, ...finding.rules]), quorum };
    case 'not_permitted': {
      const rules = [...decision('deny', forbids).rules, defaultDeny(decider, asked, request, asset)];
      return { ...decision('deny', []), rules };
    }
    case 'forbidden':
      return decision('deny', [...new Set([...forbids, ...finding.rules])]);
    case 'error':
      return { ...decision('deny', forbids), errors: finding.errors };
    default:
      return finding satisfies never;
  }
}

/** The largest quorum that lifts all these forbids, or null when one of them cannot be lifted. */
function quorumOf(forbids: readonly Rule[]): number | null {
  let most = 0;
  for (const { quorum } of forbids) {
    if (quorum === null) return null;
    most = Math.max(most, quorum);
  }
  return most;
}

function decision(effect: Verdict['effect'], rules: readonly Rule[]): Decision {
  const determining = rules.map(({ id, effect, reason }): DeterminingRule => ({ id, effect, reason }));
  return { effect, rules: determining, quorum: 0, errors: [] };
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

const STRENGTH = { deny: 2, needs_approval: 1, allow: 0 } as const;

/** The strongest effect of any target wins, and the rules that led to it are the ones to name. */
export function strongest(decisions: readonly Decision[], engine: string, set: PolicySetId): Verdict {
  const [firstError, ...moreErrors] = decisions.flatMap((one) => one.errors);
  if (firstError !== undefined) return errorVerdict(engine, set, [firstError, ...moreErrors]);
  const most = Math.max(...decisions.map((one) => STRENGTH[one.effect]));
  const leading = decisions.filter((one) => STRENGTH[one.effect] === most);
  const [first] = leading;
  if (first === undefined) return errorVerdict(engine, set, ['the request names no target']);
  const rules = new Map(
    leading.flatMap((one) => one.rules).map((rule) => [`${rule.id} ${rule.reason}`, rule]),
  );
  const quorum = Math.max(...leading.map((one) => one.quorum));
  return {
    effect: first.effect,
    rules: [...rules.values()],
    obligations:
      first.effect === 'needs_approval'
        ? [{ kind: 'approval', quorum, groups: [], minAssurance: 'V0', expiresMs: null }]
        : [],
    engine,
    policySet: set.digest,
    errors: [],
  };
}

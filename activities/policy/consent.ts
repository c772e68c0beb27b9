/**
 * Whether the approvals that stand are those a verdict asks for. Engines say what is needed and never count; counting
 * is done here, once, so that no policy can be written in which somebody counts who must not.
 *
 * C1 One person is one person, however the name is spelt and however often they approve.
 * C2 Who asked for the run, and whoever is barred for this playbook, does not count.
 * C3 An asserted name (V0) never counts in production. In development without a roster it stands for any assurance
 *    and any group, because there nobody can prove more; with a roster the policy's own minimum holds in every mode.
 */
import { personKey, type Assurance } from '../../workflows/walk/outcome.ts';
import type { Obligation, Verdict } from '../../workflows/walk/verdict.ts';
import type { PolicyRequest, StandingApproval } from './engine.ts';

export type ApprovalObligation = Extract<Obligation, { readonly kind: 'approval' }>;

type Facts = Pick<PolicyRequest, 'approvals' | 'requestedBy' | 'barred' | 'roster' | 'mode'>;

const RANK: { readonly [level in Assurance]: number } = { V0: 0, V1: 1, V2: 2, V3: 3 };

/** Distinct persons who count at this minimum, each with every group they were found in. */
export function countedApprovals(facts: Facts, minAssurance: Assurance = 'V0'): readonly StandingApproval[] {
  const unproven = facts.mode === 'development' && !facts.roster;
  const least = facts.mode === 'production' ? Math.max(RANK[minAssurance], RANK.V1) : RANK[minAssurance];
  const counted = new Map<string, StandingApproval>();
  for (const approval of facts.approvals) {
    if (!unproven && RANK[approval.assurance] < least) continue;
    const key = personKey(approval.by);
    const groups = [...new Set([...(counted.get(key)?.groups ?? []), ...approval.groups])];
    counted.set(key, { ...approval, groups });
  }
  for (const name of [facts.requestedBy, ...facts.barred]) counted.delete(personKey(name));
  return [...counted.values()];
}

export function isSatisfied(obligation: ApprovalObligation, facts: Facts): boolean {
  const persons = countedApprovals(facts, obligation.minAssurance);
  if (persons.length < obligation.quorum) return false;
  if (facts.mode === 'development' && !facts.roster) return true;
  return obligation.groups.every(
    ({ group, count }) => persons.filter(({ groups }) => groups.includes(group)).length >= count,
  );
}

/** A verdict that asks for approvals becomes `allow` once they stand; its other obligations stay. */
export function settled(verdict: Verdict, facts: Facts): Verdict {
  if (verdict.effect !== 'needs_approval') return verdict;
  const asked = verdict.obligations.filter((one) => one.kind === 'approval');
  if (asked.length === 0 || !asked.every((one) => isSatisfied(one, facts))) return verdict;
  return {
    ...verdict,
    effect: 'allow',
    rules: verdict.rules.filter(({ effect }) => effect === 'permit'),
    obligations: verdict.obligations.filter((one) => one.kind !== 'approval'),
  };
}

/** The strictest of several: the largest quorum, every group, the highest assurance, the shortest time. */
export function strictest(asked: readonly ApprovalObligation[]): readonly ApprovalObligation[] {
  if (asked.length === 0) return [];
  const groups = new Map<string, number>();
  for (const { group, count } of asked.flatMap((one) => one.groups))
    groups.set(group, Math.max(count, groups.get(group) ?? 0));
  const expiries = asked.flatMap(({ expiresMs }) => expiresMs ?? []);
  return [
    {
      kind: 'approval',
      quorum: Math.max(...asked.map(({ quorum }) => quorum)),
      groups: [...groups].map(([group, count]) => ({ group, count })),
      minAssurance: asked.reduce<Assurance>(
        (most, { minAssurance }) => (RANK[minAssurance] > RANK[most] ? minAssurance : most),
        'V0',
      ),
      expiresMs: expiries.length === 0 ? null : Math.min(...expiries),
    },
  ];
}

/** Several targets, one verdict: the strictest decides. */
import type { Obligation, Verdict } from '../../workflows/walk/verdict.ts';
import { strictest } from './consent.ts';
import { errorVerdict } from './engine.ts';
import type { PolicySetId } from './engine.ts';

export type TargetDecision = Pick<Verdict, 'effect' | 'rules' | 'obligations' | 'errors'>;

const STRENGTH = { deny: 2, needs_approval: 1, allow: 0 } as const;

/** The strongest effect of any target wins, and the rules that led to it are the ones to name. Obligations add up. */
export function strongest(decisions: readonly TargetDecision[], engine: string, set: PolicySetId): Verdict {
  const [firstError, ...moreErrors] = decisions.flatMap((one) => one.errors);
  if (firstError !== undefined) return errorVerdict(engine, set, [firstError, ...moreErrors]);
  const most = Math.max(...decisions.map((one) => STRENGTH[one.effect]));
  const leading = decisions.filter((one) => STRENGTH[one.effect] === most);
  const [first] = leading;
  if (first === undefined) return errorVerdict(engine, set, ['the request names no target']);
  const rules = new Map(
    leading.flatMap((one) => one.rules).map((rule) => [`${rule.id} ${rule.reason}`, rule]),
  );
  return {
    effect: first.effect,
    rules: [...rules.values()],
    obligations: first.effect === 'deny' ? [] : merged(decisions.flatMap((one) => one.obligations)),
    engine,
    policySet: set.digest,
    errors: [],
  };
}

/** One of each kind, the strictest: what people are asked for must be enough for every target. */
export function merged(obligations: readonly Obligation[]): readonly Obligation[] {
  const fields = new Set<string>();
  const to = new Set<string>();
  let until: number | null = null;
  for (const one of obligations)
    switch (one.kind) {
      case 'approval':
        break;
      case 'redact':
        for (const field of one.fields) fields.add(field);
        break;
      case 'delay':
        until = Math.max(until ?? 0, one.until);
        break;
      case 'notify':
        for (const recipient of one.to) to.add(recipient);
        break;
      default:
        one satisfies never;
    }
  return [
    ...strictest(obligations.filter((one) => one.kind === 'approval')),
    ...(fields.size > 0 ? [{ kind: 'redact' as const, fields: [...fields] }] : []),
    ...(until === null ? [] : [{ kind: 'delay' as const, until }]),
    ...(to.size > 0 ? [{ kind: 'notify' as const, to: [...to] }] : []),
  ];
}

/** Two sets, one verdict, in the name of the first: the stricter effect, and every rule that leads to it. */
export function stricter(newest: Verdict, pinned: Verdict): Verdict {
  const stronger = STRENGTH[pinned.effect] - STRENGTH[newest.effect];
  if (stronger < 0) return newest;
  const earlier = pinned.rules.map((rule) => ({ ...rule, reason: `${rule.reason} (as the run began)` }));
  if (stronger > 0) return { ...pinned, rules: earlier, policySet: newest.policySet };
  const known = new Set(newest.rules.map(({ id }) => id));
  return {
    ...newest,
    rules: [...newest.rules, ...earlier.filter(({ id }) => !known.has(id))],
    obligations: merged([...newest.obligations, ...pinned.obligations]),
    errors: [...newest.errors, ...pinned.errors],
  };
}

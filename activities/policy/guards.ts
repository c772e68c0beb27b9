/**
 * Stands in front of any engine and cannot be switched off by policy: a bad policy must not be able to act
 * on what we do not know, on what is protected, on too much at once, or while the kill switch is on.
 */
import type { DeterminingRule, Verdict } from '../../workflows/walk/verdict.ts';
import type { Asset, AssetDirectory } from './assets.ts';
import { decideInTime } from './deadline.ts';
import type { Policy, PolicyEngine, PolicyQuestion } from './engine.ts';

export interface Guards {
  readonly directory: AssetDirectory;
  /** Read before every decision. A switch that cannot be read is on. */
  readonly killSwitch: () => Promise<boolean>;
  /** Most targets one task may have. */
  readonly maxTargets: number;
  /** How long the engine may think, milliseconds; later is a deny. */
  readonly deadlineMs: number;
}

/** Every guard that trips is named; the engine is asked only when none does. */
export function guard(engine: PolicyEngine, guards: Guards): Policy {
  return {
    set: engine.set,
    async decide(question) {
      const { tripped, assets } = await inspect(question, guards);
      if (tripped.length > 0) return refuse(tripped, engine);
      return decideInTime(engine, { ...question, targets: assets }, guards.deadlineMs);
    },
  };
}

interface Inspection {
  readonly tripped: readonly DeterminingRule[];
  readonly assets: readonly Asset[];
}

async function inspect(question: PolicyQuestion, guards: Guards): Promise<Inspection> {
  if (await isKilled(guards))
    return {
      assets: [],
      tripped: [rule('kill_switch', 'the kill switch is on: nothing acts until it is off')],
    };
  const names = [...new Set(question.targets)];
  if (names.length > guards.maxTargets) {
    const reason = `${names.length} targets; one task may have ${guards.maxTargets}`;
    return { assets: [], tripped: [rule('blast_radius', reason)] };
  }
  if (names.length === 0)
    return { assets: [], tripped: [rule('unknown_asset', 'the task names nothing that it would act on')] };
  const assets = new Map<string, Asset>();
  const tripped: DeterminingRule[] = [];
  for (const name of names) {
    const found = guards.directory.find(name);
    if (found.kind === 'unknown')
      tripped.push(rule('unknown_asset', `${shown(name)} is not in the asset directory`));
    else if (found.asset.protected)
      tripped.push(rule('protected_asset', `${shown(name)} is the protected asset ${found.asset.id}`));
    else assets.set(found.asset.id, found.asset);
  }
  return { tripped, assets: [...assets.values()] };
}

async function isKilled(guards: Guards): Promise<boolean> {
  try {
    return await guards.killSwitch();
  } catch {
    return true;
  }
}

function rule(name: string, reason: string): DeterminingRule {
  return { id: `guard.${name}`, effect: 'guard', reason };
}

/** A target may come from an alert: one line, bounded, quoted. */
function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** More would only make the record unreadable. */
const MOST_RULES = 20;

function refuse(tripped: readonly DeterminingRule[], engine: PolicyEngine): Verdict {
  return {
    effect: 'deny',
    rules: tripped.slice(0, MOST_RULES),
    obligations: [],
    engine: 'guards',
    policySet: engine.set.digest,
    errors: [],
  };
}

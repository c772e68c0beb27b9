/**
 * Stands in front of any engine and cannot be switched off by policy: a bad policy must not be able to act
 * on what we do not know, on what is protected, on too much at once, or while the kill switch is on.
 */
import type { DeterminingRule, Verdict } from '../../workflows/walk/verdict.ts';
import type { Asset, AssetDirectory } from './assets.ts';
import { decideInTime } from './deadline.ts';
import type { Policy, PolicyEngine, PolicyQuestion } from './engine.ts';
import type { GuardList } from './guard-list.ts';
import type { KillSwitch } from './kill-switch.ts';
import { reserveFor } from './limits.ts';
import { guardRule as rule, tripwires } from './tripwires.ts';

export interface Guards {
  readonly directory: AssetDirectory;
  readonly list: GuardList;
  /** Read before every decision. A switch that cannot be read is on. */
  readonly killSwitch: KillSwitch;
  /** Most assets one task may act on. */
  readonly maxTargets: number;
  /** How long the engine may think, milliseconds; later is a deny. */
  readonly deadlineMs: number;
}

/** Every guard that trips is named; the engine is asked only when none does. */
export function guard(engine: PolicyEngine, guards: Guards): Pick<Policy, 'decide' | 'reserve' | 'set'> {
  const stopped: KillSwitch = async (what) => {
    try {
      return await guards.killSwitch(what);
    } catch {
      return 'the kill switch cannot be read, so it is on';
    }
  };
  return {
    set: engine.set,
    async decide(question) {
      const reason = await stopped(question);
      if (reason !== null) return refuse([rule('kill_switch', reason)], engine);
      const { tripped, assets } = inspect(question, guards);
      if (tripped.length > 0) return refuse(tripped, engine);
      return decideInTime(
        engine,
        { ...question, targets: assets, ...standing(question, guards) },
        guards.deadlineMs,
      );
    },
    reserve: (question) => reserveFor(question, inspect(question, guards).assets, guards.list),
  };
}

/** What the lists say of the persons and the playbook. */
function standing(
  { playbook, playbookVersion, reversibility }: PolicyQuestion,
  { list: { duties, releases } }: Guards,
): { readonly barred: readonly string[]; readonly released: boolean } {
  const authors = Object.hasOwn(duties.authors, playbook) ? (duties.authors[playbook] ?? []) : [];
  const versions =
    releases !== undefined && Object.hasOwn(releases.versions, playbook)
      ? releases.versions[playbook]
      : undefined;
  return {
    barred: reversibility === 'C' ? [...authors, ...duties.policy_editors] : authors,
    released: versions?.includes(playbookVersion) ?? releases?.others !== 'unreleased',
  };
}

interface Inspection {
  readonly tripped: readonly DeterminingRule[];
  readonly assets: readonly Asset[];
}

function inspect(question: PolicyQuestion, guards: Guards): Inspection {
  const names = [...new Set(question.targets)];
  if (names.length > guards.maxTargets) {
    const reason = `${names.length} targets; one task may have ${guards.maxTargets}`;
    return { assets: [], tripped: [rule('blast_radius', reason)] };
  }
  const tripped: DeterminingRule[] = [];
  if (names.length === 0) tripped.push(rule('unknown_asset', 'the task names nothing that it would act on'));
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const found = guards.directory.find(name);
    if (found.kind === 'unknown')
      tripped.push(rule('unknown_asset', `${shown(name)} is not in the asset directory`));
    else if (found.asset.protected)
      tripped.push(
        rule('protected_asset', `${shown(name)} is or holds the protected asset ${found.asset.id}`),
      );
    else assets.set(found.asset.id, found.asset);
  }
  const size = [...assets.values()].reduce((sum, asset) => sum + asset.size, 0);
  if (size > guards.maxTargets)
    tripped.push(
      rule('blast_radius', `${size} assets behind these targets; one task may have ${guards.maxTargets}`),
    );
  return { tripped: [...tripped, ...tripwires(question, guards.list)], assets: [...assets.values()] };
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

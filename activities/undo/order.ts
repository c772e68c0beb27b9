/**
 * The order of taking back: the reverse of how it was done, wherever that matters. An effect waits for every later one
 * that was built upon it (its task needed it, over however many others) or that touches one of the same targets; what
 * has nothing to do with each other is taken back side by side, so that one person's silence does not hold up the rest.
 * Where an undo does not come to its end, whatever waits for it stays as it is, and says so.
 */
import type { Plan } from '../../workflows/language/plan.ts';
import type { Standing } from './items.ts';

export interface Placed {
  readonly standing: Standing;
  /** Tasks whose effects go first; none that follows from another. */
  readonly after: readonly string[];
  readonly layer: number;
}

/** Last done, first taken back. */
export function inReverse(plan: Plan, standing: readonly Standing[]): readonly Placed[] {
  const builtOn = ancestors(plan);
  const place = new Map(plan.tasks.map(({ name, layer }, index) => [name, { layer, index }]));
  const when = ({ task, claim }: Standing): readonly number[] => {
    const { layer = 0, index = 0 } = place.get(task.name) ?? {};
    return [claim.updatedAt, layer, index];
  };
  const lastFirst = [...standing].sort((one, other) => compare(when(other), when(one)));
  const placed: Placed[] = [];
  const before = new Map<string, ReadonlySet<string>>();
  for (const one of lastFirst) {
    const waits = placed.filter(({ standing: later }) => mustGoFirst(later, one, builtOn));
    const names = waits.map(({ standing: { task } }) => task.name);
    const implied = new Set(names.flatMap((name) => [...(before.get(name) ?? [])]));
    before.set(one.task.name, new Set([...names, ...implied]));
    placed.push({
      standing: one,
      after: names.filter((name) => !implied.has(name)),
      layer: Math.max(-1, ...waits.map(({ layer }) => layer)) + 1,
    });
  }
  return placed;
}

function mustGoFirst(
  later: Standing,
  earlier: Standing,
  builtOn: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (builtOn.get(later.task.name)?.has(earlier.task.name) === true) return true;
  return later.effect.targets.some((target) => earlier.effect.targets.includes(target));
}

/** Of each task, all that it needed, directly or not. Layers come in an order in which needs go first. */
function ancestors({ tasks, layers }: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map(tasks.map(({ name, needs }) => [name, needs.map(({ task }) => task)]));
  const all = new Map<string, ReadonlySet<string>>();
  for (const name of layers.flat()) {
    const direct = needs.get(name) ?? [];
    all.set(name, new Set(direct.flatMap((need) => [need, ...(all.get(need) ?? [])])));
  }
  return all;
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

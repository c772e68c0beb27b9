/**
 * What has surely happened before a task runs. `turnOf` in walk/needs.ts decides who runs; this file says, before
 * any run, what that decision implies:
 *
 * - An ancestor has always ended, so its `status` can be read.
 * - An ancestor certainly has an output where no way leads to the task without its being reached. It may lack one
 *   where it has a `when`, where all it needs may be skipped, where a need lists statuses other than
 *   `completed`, and where a join is satisfied without it.
 *
 * Sets are bit sets over tasks in walking order, so that ten thousand tasks in a chain stay cheap.
 */
import type { Graph } from './graph.ts';
import type { Join, Need, Status } from './playbook.ts';

export interface Reach {
  isAncestor(task: string, candidate: string): boolean;
  /** Whenever `task` runs, `candidate` has an output. */
  isCertain(task: string, candidate: string): boolean;
}

export interface ReachTask {
  readonly needs: readonly Need[];
  readonly join: Join;
  readonly conditional: boolean;
}

/** Statuses only a task that got its turn can end in. `skipped` is not one: its needs may have been skipped. */
const RAN: ReadonlySet<Status> = new Set([
  'completed',
  'failed',
  'denied',
  'rejected',
  'expired',
  'indeterminate',
  'action_required',
]);

interface Known {
  readonly index: number;
  readonly ancestors: Uint32Array;
  /** Reached, given that this task got its turn. */
  readonly certain: Uint32Array;
  /** May end without output although nothing went wrong. */
  readonly skippable: boolean;
  /** Its needs alone may skip it, so that it never gets its turn. */
  readonly passable: boolean;
}

export function createReach(graph: Graph, taskOf: (name: string) => ReachTask): Reach {
  const known = new Map<string, Known>();
  for (const layer of graph.layers) for (const name of layer) known.set(name, learn(taskOf(name), known));
  const holds = (set: Uint32Array | undefined, candidate: string): boolean => {
    const index = known.get(candidate)?.index;
    return set !== undefined && index !== undefined && has(set, index);
  };
  return {
    isAncestor: (task, candidate) => holds(known.get(task)?.ancestors, candidate),
    isCertain: (task, candidate) => holds(known.get(task)?.certain, candidate),
  };
}

function learn(task: ReachTask, known: ReadonlyMap<string, Known>): Known {
  const index = known.size;
  const words = (index >> 5) + 1;
  const ancestors = new Uint32Array(words);
  const certain = new Uint32Array(words);
  const needs = task.needs.flatMap((need) => {
    const its = known.get(need.task);
    return its === undefined ? [] : [{ need, its }];
  });
  const wanted = typeof task.join === 'number' ? task.join : 1;
  const passable = needs.filter(({ need, its }) => need.on === undefined && its.skippable).length;
  let common: Uint32Array | null = null;
  for (const { need, its } of needs) {
    unite(ancestors, its.ancestors);
    add(ancestors, its.index);
    const ifMet = impliedWhenMet(need, its, words);
    if (common === null) common = ifMet.slice();
    else intersect(common, ifMet);
    const surelyMet =
      needs.length === wanted || (task.join === 'all' && !(need.on === undefined && its.skippable));
    if (surelyMet) unite(certain, ifMet);
    else if (task.join === 'all' && !its.passable) unite(certain, its.certain);
  }
  if (common !== null) unite(certain, common);
  const mayBePassed = needs.length > 0 && needs.length - passable < wanted;
  return { index, ancestors, certain, passable: mayBePassed, skippable: mayBePassed || task.conditional };
}

/** What has been reached where this need is met: one of its statuses, or, without any, an output. */
function impliedWhenMet(need: Need, its: Known, words: number): Uint32Array {
  const implied = new Uint32Array(words);
  const statuses = need.on ?? ['completed'];
  if (statuses.every((status) => RAN.has(status) || (status === 'skipped' && !its.passable)))
    unite(implied, its.certain);
  // Skipped without a condition of its own or of its needs: done before, under its key, with the stored output.
  if (statuses.every((status) => status === 'completed' || (status === 'skipped' && !its.skippable)))
    add(implied, its.index);
  return implied;
}

function has(set: Uint32Array, index: number): boolean {
  return (((set[index >> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

function add(set: Uint32Array, index: number): void {
  set[index >> 5] = (set[index >> 5] ?? 0) | (1 << (index & 31));
}

/** The other set is never longer: it belongs to a task that comes earlier. */
function unite(set: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < other.length; word += 1) set[word] = (set[word] ?? 0) | (other[word] ?? 0);
}

function intersect(set: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < set.length; word += 1) set[word] = (set[word] ?? 0) & (other[word] ?? 0);
}

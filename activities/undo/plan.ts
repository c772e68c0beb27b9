/**
 * The plan of an undo: one task for each effect of a run that stands and can be taken back. It follows from the store
 * alone; whoever asks for it names the run, and at most one of its tasks.
 */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { PLAN_VERSION, type Plan, type PlannedTask, type SealedPlan } from '../../workflows/language/plan.ts';
import { UNDO_PLAYBOOK } from '../../workflows/language/reserved.ts';
import { sealPlan } from '../../workflows/language/seal.ts';
import { didYouMean } from '../../workflows/language/suggest.ts';
import { UNDO } from '../catalogue/undo.ts';
import { sha256 } from '../keys.ts';
import type { CheckedStart } from '../start-input.ts';
import type { World } from '../world.ts';
import { effectId } from './effect.ts';
import { historyOf, type RunHistory } from './history.ts';
import { lookAt, type Looked, type Standing } from './items.ts';
import { inReverse, type Placed } from './order.ts';

/** Which run, and perhaps which of its tasks. */
export type UndoAsked = NonNullable<CheckedStart['undo']>;

export type UndoPlanned =
  | { readonly kind: 'sealed'; readonly sealed: SealedPlan }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

export async function planUndo(world: World, caseId: string, asked: UndoAsked): Promise<UndoPlanned> {
  const { workflow_id: workflowId, run_id: chain, task: only, preview = false } = asked;
  const history = await historyOf(world, workflowId, chain);
  const objection = history === null ? unknownRun(asked) : objectionTo(history, caseId, asked);
  if (history === null || objection !== null) return refused(objection ?? unknownRun(asked));
  const { plan } = history;
  const looked: Looked[] = [];
  for (const task of plan.tasks) looked.push(await lookAt(world, history, task));
  const standing = looked.flatMap((one) => (one.kind === 'standing' ? [one.standing] : []));
  const wanted = standing.filter(({ task }) => only === undefined || task.name === only);
  const placed = inReverse(plan, wanted);
  if (placed.length === 0 && !preview) return refused(...nothingToUndo(asked, looked));
  const undoPlan = { ...assemble(asked, plan, placed), undo: outlineOf(asked, plan, placed, looked) };
  return { kind: 'sealed', sealed: sealPlan(undoPlan, sha256, canonical) };
}

function unknownRun({ workflow_id: run }: UndoAsked): string {
  return `unknown_run: the record knows no run ${run} with this run id; \`cordon list\` shows the runs there are`;
}

function objectionTo(
  { plan, caseId: own, over }: RunHistory,
  caseId: string,
  { workflow_id: run, task }: UndoAsked,
): string | null {
  if (own !== caseId) return `other_case: ${run} belongs to case ${own}, not to ${caseId}`;
  if (plan.playbook.id === UNDO_PLAYBOOK)
    return `undo_of_undo: ${run} is itself an undo; to do again what it took back, run the playbook again`;
  if (!over) return `run_not_over: ${run} is still under way; wait for its end, or cancel it first`;
  const names = plan.tasks.map(({ name }) => name);
  if (task !== undefined && !names.includes(task))
    return `unknown_task: ${run} has no task ${task}. ${didYouMean(task, names, 'tasks')}`;
  return null;
}

function nothingToUndo({ workflow_id: run, task }: UndoAsked, looked: readonly Looked[]): readonly string[] {
  const about = looked
    .flatMap((one) => (one.kind === 'item' ? [one.item] : []))
    .filter((item) => task === undefined || item.task === task);
  const head = `nothing_to_undo: ${run} has ${task === undefined ? 'no effect' : `nothing of ${task}`} that stands and can be undone`;
  return [head, ...about.map((item) => `${item.task}: ${item.says}`)];
}

function outlineOf(
  { workflow_id: workflowId, run_id: chain }: UndoAsked,
  { playbook }: Plan,
  placed: readonly Placed[],
  looked: readonly Looked[],
): NonNullable<Plan['undo']> {
  const taken = new Set(placed.map(({ standing }) => standing.task.name));
  const told = (standing: Standing) => {
    const { task, effect, what } = standing;
    const state = taken.has(task.name) ? ('to_undo' as const) : ('stands' as const);
    const { connector, class: reversibility } = effect;
    return { task: task.name, type: task.type, connector, reversibility, state, says: what };
  };
  const rest = looked.flatMap((one) => {
    if (one.kind === 'item') return [one.item];
    return taken.has(one.standing.task.name) ? [] : [told(one.standing)];
  });
  const items = [...placed.map(({ standing }) => told(standing)), ...rest];
  return { workflowId, chain, playbook: playbook.id, items };
}

function assemble(asked: UndoAsked, { playbook }: Plan, placed: readonly Placed[]): Plan {
  const names = new Map(placed.map(({ standing: { task } }) => [task.name, undoNameOf(task.name)]));
  const tasks = placed.map((one) => taskOf(asked, playbook.id, one, names));
  const depth = Math.max(0, ...placed.map(({ layer }) => layer + 1));
  return {
    v: PLAN_VERSION,
    playbook: {
      id: UNDO_PLAYBOOK,
      version: '1',
      description: `Takes back what ${asked.workflow_id} did`,
      severity: playbook.severity,
      tags: [],
    },
    walk: 'ready',
    context: {},
    tasks,
    layers: Array.from({ length: depth }, (_, layer) =>
      tasks.filter((task) => task.layer === layer).map(({ name }) => name),
    ),
  };
}

const LONGEST_NAME = 64;

/** Names of tasks have 64 characters at most. */
export function undoNameOf(task: string): string {
  const name = `undo_${task}`;
  return name.length <= LONGEST_NAME
    ? name
    : `${name.slice(0, LONGEST_NAME - 9)}_${sha256(task).slice(0, 8)}`;
}

/** More patient than the way there: a door left open harms nobody as much as one that stays shut for good. */
const RETRY: PlannedTask['retry'] = {
  attempts: 8,
  backoffMs: 2_000,
  on: ['rate_limited', 'unavailable', 'unknown'],
};
const PEOPLE_MS = 3 * 24 * 60 * 60 * 1000;

function taskOf(
  { workflow_id: run, run_id: chain }: UndoAsked,
  playbook: string,
  { standing, after, layer }: Placed,
  names: ReadonlyMap<string, string>,
): PlannedTask {
  const { task, claim, effect, what, timeoutMs } = standing;
  const inputs: JsonObject = {
    run,
    chain,
    playbook,
    task: task.name,
    action: effect.type,
    targets: effect.targets,
    what,
    class: effect.class,
    effect: effectId(claim),
    saved: effect.saved,
  };
  return {
    name: names.get(task.name) ?? undoNameOf(task.name),
    type: UNDO,
    layer,
    needs: after.map((need) => ({ task: names.get(need) ?? undoNameOf(need) })),
    join: 'all',
    when: null,
    inputs: { kind: 'literal', value: inputs },
    approvalRequired: false,
    // Equal for every undo of this effect, whoever asks for it: it is taken back once.
    key: { template: { kind: 'literal', value: `undo:${effectId(claim)}` }, scope: 'global' },
    retry: { ...RETRY, attempts: Math.max(RETRY.attempts, task.retry.attempts + 2) },
    timeoutMs,
    expiresMs: PEOPLE_MS,
    connector: effect.connector,
    reversibility: effect.class,
    repeat: 'natural',
  };
}

function refused(...problems: readonly string[]): UndoPlanned {
  return { kind: 'refused', problems };
}

/** Needs as they enter the plan, and whether a join can be met by them. */
import type { Findings } from './findings.ts';
import { buildGraph, type Graph, type GraphFault } from './graph.ts';
import { STATUSES, type Need, type Playbook, type TaskDefinition } from './playbook.ts';
import { MOST_PROBLEMS, quoted } from './problem.ts';
import { didYouMean } from './suggest.ts';

/** In declaration order of the tasks, each once, statuses in their own order: how an author sorts them means nothing. */
export function normalNeeds(needs: readonly Need[], declared: ReadonlyMap<string, number>): readonly Need[] {
  const each = new Map(needs.toReversed().map((need) => [need.task, need]));
  return [...each.values()]
    .sort((a, b) => (declared.get(a.task) ?? 0) - (declared.get(b.task) ?? 0))
    .map(({ task, on }) =>
      on === undefined ? { task } : { task, on: STATUSES.filter((status) => on.includes(status)) },
    );
}

/** Null when tasks cannot be put in order; why is then reported. */
export function checkGraph(playbook: Playbook, findings: Findings): Graph | null {
  const names = playbook.tasks.map(({ name }) => name);
  const built = buildGraph(
    new Map(playbook.tasks.map(({ name, needs }) => [name, needs.map(({ task }) => task)])),
  );
  if (built.kind === 'graph') return built.graph;
  for (const fault of built.faults) reportFault(fault, names, findings);
  return null;
}

function reportFault(fault: GraphFault, names: readonly string[], findings: Findings): void {
  const path = ['tasks', fault.task, 'needs'];
  if (fault.kind !== 'unknown_dependency') return findings.report(fault.kind, fault.message, path);
  if (fault.dependency.includes('{{'))
    return findings.report('static_only', 'Needs are fixed names of tasks', path);
  const message = `Task ${quoted(fault.task)} depends on unknown task ${quoted(fault.dependency)}`;
  if (findings.count() > MOST_PROBLEMS) return findings.report('unknown_dependency', message, path);
  return findings.report('unknown_dependency', message, path, didYouMean(fault.dependency, names, 'tasks'));
}

export function checkJoin({ name, join, needs }: TaskDefinition, findings: Findings): void {
  if (typeof join !== 'number') return;
  const count = new Set(needs.map(({ task }) => task)).size;
  if (Number.isInteger(join) && join >= 1 && join <= count) return;
  findings.report('bad_join', `Task ${name} waits for ${String(join)} of its ${String(count)} needs`, [
    'tasks',
    name,
    'join',
  ]);
}

/**
 * A playbook to a plan: every reference resolved to something that will be there, every input held against what
 * its task takes, defaults filled in. Either a plan without faults, or all the problems there are (at most 50).
 * Pure: the same playbook, catalogue and options give the same plan.
 */
import type { Catalogue } from './catalogue.ts';
import { compileTask } from './compile-task.ts';
import { misfitOf } from './context.ts';
import { createVocabulary } from './environment.ts';
import { createExpressionCheck } from './expression-check.ts';
import { isCelName } from './expression.ts';
import { createFindings, type Findings } from './findings.ts';
import { freeze } from './freeze.ts';
import type { Graph } from './graph.ts';
import { checkGraph } from './needs.ts';
import { PLAN_VERSION, type Plan, type PlannedTask } from './plan.ts';
import type { Playbook } from './playbook.ts';
import { MOST_PROBLEMS, type Path, type Position, type Problem } from './problem.ts';
import { createReach } from './reach.ts';
import { createTyping } from './typing.ts';

export interface CompileOptions {
  /** Named in problems. */
  readonly file: string;
  readonly locate: (path: Path) => Position;
  /** The run's choice for tasks that several connectors perform and that name none themselves. */
  readonly provider?: string;
  /** Refuse a task whose connector stays open. Off, such a plan can be shown and rehearsed, not run. */
  readonly requireConnector?: boolean;
}

/** More problems than an author is shown, also where some of them turn out to say the same. */
const ENOUGH = 4 * MOST_PROBLEMS;

export type Compiled =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export function compilePlaybook(playbook: Playbook, catalogue: Catalogue, options: CompileOptions): Compiled {
  const findings = createFindings(options.file, options.locate);
  checkNames(playbook, findings);
  checkDefaults(playbook, findings);
  const graph = checkGraph(playbook, findings);
  const vocabulary = createVocabulary(playbook, catalogue);
  const reach = graph === null ? null : reachOf(playbook, graph);
  const expression = createExpressionCheck(vocabulary, reach, createTyping(vocabulary), findings);
  const compiler = {
    catalogue,
    provider: options.provider,
    requireConnector: options.requireConnector ?? false,
    declared: new Map(playbook.tasks.map(({ name }, index) => [name, index])),
    layerOf: new Map(
      graph?.layers.flatMap((layer, index) => layer.map((name) => [name, index] as const)) ?? [],
    ),
    expression,
    findings,
  };
  const tasks: PlannedTask[] = [];
  const before = findings.count();
  for (const task of playbook.tasks) {
    // Tasks come in the order of the file, so what later ones would add would not be shown.
    if (findings.count() - before > ENOUGH) break;
    tasks.push(compileTask(task, compiler));
  }
  const problems = findings.list();
  if (problems.length > 0 || graph === null) return { kind: 'problems', problems };
  return { kind: 'plan', plan: freeze(assemble(playbook, tasks, graph)) };
}

function assemble(playbook: Playbook, tasks: readonly PlannedTask[], graph: Graph): Plan {
  const { id, version, description, severity, tags } = playbook;
  return {
    v: PLAN_VERSION,
    playbook: { id, version, description, severity, tags: [...tags] },
    walk: playbook.walk,
    context: structure(playbook.context),
    tasks,
    layers: graph.layers.map((layer) => [...layer]),
    ...(playbook.onFailure === undefined ? {} : { onFailure: playbook.onFailure }),
  };
}

/** A copy, so that freezing the plan leaves the playbook as it was. */
function structure(context: Playbook['context']): Plan['context'] {
  return Object.fromEntries(Object.entries(context).map(([name, variable]) => [name, { ...variable }]));
}

function checkNames(playbook: Playbook, findings: Findings): void {
  const context = new Set(Object.keys(playbook.context));
  const refuse = (name: string, path: Path): void => {
    if (isCelName(name))
      findings.report('reserved_name', `${name} has a meaning of its own in expressions`, path);
    if (name === 'case_id' || name === 'run')
      findings.report(
        'shadowed_name',
        `${name} is there in every run`,
        path,
        'Remove it, or choose another name.',
      );
  };
  for (const name of context) refuse(name, ['context', name]);
  const seen = new Set<string>();
  for (const { name } of playbook.tasks) {
    const path = ['tasks', name];
    refuse(name, path);
    if (context.has(name)) findings.report('shadowed_name', `${name} is a context variable and a task`, path);
    if (seen.has(name)) findings.report('duplicate_key', `There are two tasks named ${name}`, path);
    seen.add(name);
  }
}

function checkDefaults(playbook: Playbook, findings: Findings): void {
  for (const [name, variable] of Object.entries(playbook.context)) {
    if (variable.default === undefined) continue;
    const wrong = misfitOf(variable, variable.default);
    if (wrong !== null)
      findings.report('wrong_context', `The default of ${name} ${wrong}`, ['context', name, 'default']);
  }
}

function reachOf(playbook: Playbook, graph: Graph): ReturnType<typeof createReach> {
  const tasks = new Map(playbook.tasks.map((task) => [task.name, task]));
  return createReach(graph, (name) => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`the graph holds ${name}, which is no task`);
    const conditional = task.when !== undefined && task.when !== true;
    return { needs: task.needs, join: task.join, conditional };
  });
}

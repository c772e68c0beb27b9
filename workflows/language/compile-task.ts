/** One task of a playbook to one task of the plan, with everything that may be wrong with it. */
import type { Catalogue, TaskType } from './catalogue.ts';
import type { ExpressionCheck } from './expression-check.ts';
import type { Findings } from './findings.ts';
import { checkInputs } from './inputs.ts';
import type { Json } from './json.ts';
import { checkJoin, normalNeeds } from './needs.ts';
import { choosePerformer, missingConnector, type Choice } from './performers.ts';
import type { PlannedTask, Template } from './plan.ts';
import type { Retry, TaskDefinition } from './playbook.ts';
import { quoted, type Path } from './problem.ts';
import { didYouMean } from './suggest.ts';
import { expressionsOf, parseTemplate } from './template.ts';
import { describeType } from './typing.ts';

/** What holds where a task does not say otherwise. */
const RETRY: Retry = { attempts: 4, backoffMs: 1000, on: ['rate_limited', 'unavailable', 'unknown'] };
const PEOPLE_MS = 24 * 60 * 60 * 1000;
const NOTHING: Template = { kind: 'literal', value: {} };
const NO_CHOICE: Choice = { connector: null, reversibility: 'C', repeat: 'none', timeoutMs: 0 };

export interface TaskCompiler {
  readonly catalogue: Catalogue;
  readonly provider: string | undefined;
  readonly requireConnector: boolean;
  readonly declared: ReadonlyMap<string, number>;
  readonly layerOf: ReadonlyMap<string, number>;
  readonly expression: ExpressionCheck;
  readonly findings: Findings;
}

/** Reports every problem; the result is fit for a plan only where nothing was reported. */
export function compileTask(task: TaskDefinition, compiler: TaskCompiler): PlannedTask {
  const path = ['tasks', task.name];
  checkJoin(task, compiler.findings);
  const type = typeOf(task, compiler);
  const choice = type === null ? NO_CHOICE : chooseFor(task, type, compiler);
  const { expression, findings } = compiler;
  const inputs = templateAt({ ...task.inputs }, [...path, 'inputs'], findings);
  const check = { task: task.name, type: task.type, expression, findings };
  if (inputs !== null) checkInputs(check, inputs, type?.input ?? null, [...path, 'inputs']);
  return {
    name: task.name,
    type: task.type,
    layer: compiler.layerOf.get(task.name) ?? 0,
    needs: normalNeeds(task.needs, compiler.declared),
    join: task.join,
    when: compileWhen(task, compiler),
    inputs: inputs ?? NOTHING,
    approvalRequired: task.approvalRequired,
    key: compileKey(task, compiler),
    retry: { ...RETRY, ...task.retry },
    timeoutMs: task.timeoutMs ?? choice.timeoutMs,
    expiresMs: task.expiresMs ?? PEOPLE_MS,
    connector: choice.connector,
    reversibility: choice.reversibility,
    repeat: choice.repeat,
  };
}

function typeOf(task: TaskDefinition, { catalogue, findings }: TaskCompiler): TaskType | null {
  const type = catalogue.get(task.type);
  if (type !== undefined) return type;
  const path = ['tasks', task.name, 'type'];
  if (task.type.includes('{{')) findings.report('static_only', 'The type of a task is fixed text', path);
  else
    findings.report(
      'unknown_task_type',
      `There is no task type ${quoted(task.type)}`,
      path,
      didYouMean(task.type, [...catalogue.keys()], 'task types'),
    );
  return null;
}

function chooseFor(task: TaskDefinition, type: TaskType, compiler: TaskCompiler): Choice {
  const { findings, provider, requireConnector } = compiler;
  if (task.provider?.includes('{{')) {
    findings.report('static_only', 'The provider of a task is fixed text', ['tasks', task.name, 'provider']);
    return NO_CHOICE;
  }
  const choice = choosePerformer(task, type, provider);
  const problem =
    'code' in choice
      ? choice
      : choice.connector === null && requireConnector
        ? missingConnector(task, type)
        : null;
  if (problem !== null) {
    const field = problem.own ? 'provider' : 'type';
    findings.report(problem.code, problem.message, ['tasks', task.name, field], problem.remedy);
  }
  return 'code' in choice ? NO_CHOICE : choice;
}

/** Null when there are problems, which are then reported. */
function templateAt(value: Json, path: Path, findings: Findings): Template | null {
  const parsed = parseTemplate(value);
  if (parsed.kind === 'template') return parsed.template;
  for (const { code, message, path: inner } of parsed.problems)
    findings.report(code, message, [...path, ...inner]);
  return null;
}

/** Null: always. A condition is one whole expression that gives true or false. */
function compileWhen(task: TaskDefinition, { expression, findings }: TaskCompiler): Template | null {
  if (task.when === undefined || task.when === true) return null;
  if (task.when === false) return { kind: 'literal', value: false };
  const path = ['tasks', task.name, 'when'];
  const template = templateAt(task.when.trim(), path, findings);
  if (template?.kind !== 'expression') {
    const remedy = 'Write one expression, such as `"{{ size(list_filters.output.suspicious_ids) > 0 }}"`.';
    if (template !== null)
      findings.report('expression_type', 'A condition is one whole expression', path, remedy);
    return template;
  }
  const type = expression(template.cel, task.name, path);
  if (type !== null && type !== 'bool' && !type.startsWith('dyn'))
    findings.report('expression_type', `A condition must be true or false, not ${describeType(type)}`, path);
  return template;
}

function compileKey(task: TaskDefinition, { expression, findings }: TaskCompiler): PlannedTask['key'] {
  if (task.idempotencyKey === undefined) return null;
  const { key, scope } = task.idempotencyKey;
  const path = ['tasks', task.name, 'idempotency_key'];
  const template = templateAt(key, path, findings);
  if (template === null) return null;
  for (const { cel, whole } of expressionsOf(template)) {
    const type = expression(cel, task.name, path);
    if (whole && type !== null && type !== 'string' && !type.startsWith('dyn'))
      findings.report('expression_type', `A key must be text, not ${describeType(type)}`, path);
  }
  return { template, scope };
}

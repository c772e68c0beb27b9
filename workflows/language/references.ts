/** Does an expression refer only to what is there when its task runs? */
import type { Vocabulary } from './environment.ts';
import type { Reference } from './expression-path.ts';
import type { JsonObject } from './json.ts';
import { quoted, type ProblemCode } from './problem.ts';
import type { Reach } from './reach.ts';
import { fieldOf, fieldsOf, isClosed, itemsOf, nonNull } from './json-schema.ts';
import { didYouMean } from './suggest.ts';

export interface ReferenceProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Null when all is well. A task may refer to context variables, `case_id`, `run`, and the tasks it waits for,
 * directly or through others. Fields must be in the schema of what produces them.
 *
 * `error` exists only where a task failed, and `output` may be missing from a task that is not certain to be
 * reached (see reach.ts). Both must then be read so that missing does no harm: `task.?output.ids.orValue([])`, or
 * behind `has(task.output)`.
 */
export function checkReference(
  reference: Reference,
  task: string,
  vocabulary: Vocabulary,
  reach: Reach | null,
): ReferenceProblem | null {
  const { root } = reference;
  const name = vocabulary.get(root);
  if (name === undefined)
    return {
      code: 'unknown_reference',
      message: `${quoted(root)} is neither a context variable nor a task`,
      remedy: didYouMean(root, [...vocabulary.keys()], 'names'),
    };
  const unknown = checkSteps(reference, name.schema);
  if (name.kind !== 'task' || reach === null) return unknown;
  return checkAncestor(root, task, reach) ?? unknown ?? checkPresence(reference, task, reach);
}

function checkSteps({ root, steps }: Reference, schema: JsonObject): ReferenceProblem | null {
  let inner: JsonObject | null = schema;
  let seen = root;
  for (const step of steps) {
    if (inner === null) return null;
    const plain: JsonObject = nonNull(inner);
    if (step.kind === 'item') {
      inner = itemsOf(plain);
      seen += '[]';
      continue;
    }
    const field = fieldOf(plain, step.name);
    if (field === null && fieldsOf(plain) !== null && isClosed(plain))
      return {
        code: 'unknown_reference',
        message: `${seen} has no field ${quoted(step.name)}`,
        remedy: didYouMean(step.name, Object.keys(fieldsOf(plain) ?? {}), 'fields'),
      };
    inner = field;
    seen += `.${step.name}`;
  }
  return null;
}

function checkAncestor(root: string, task: string, reach: Reach): ReferenceProblem | null {
  if (reach.isAncestor(task, root)) return null;
  const message =
    root === task
      ? `Task ${task} refers to itself; it has no output before it has run`
      : `Task ${task} refers to ${root}, but does not wait for it`;
  const remedy =
    root === task || reach.isAncestor(root, task)
      ? `Refer to a task that ${task} needs; ${root} runs later.`
      : `Add \`${root}\` to the needs of ${task}.`;
  return { code: 'not_an_ancestor', message, remedy };
}

function checkPresence(
  { root, steps, excused }: Reference,
  task: string,
  reach: Reach,
): ReferenceProblem | null {
  const [first, ...rest] = steps;
  if (excused || first?.kind !== 'field' || first.name === 'status') return null;
  if (first.name === 'output' && reach.isCertain(task, root)) return null;
  const path = [
    `${root}.?${first.name}`,
    ...rest.flatMap((step) => (step.kind === 'field' ? [step.name] : [])),
  ];
  return {
    code: 'maybe_missing',
    message:
      first.name === 'output'
        ? `Task ${root} may have been skipped or not reached when ${task} runs, and then has no output`
        : `Task ${root} has an ${quoted(first.name)} only where it failed`,
    remedy: `Say what holds when it is missing: \`${path.join('.')}.orValue(…)\`.`,
  };
}

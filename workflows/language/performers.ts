/** Which connector performs a task, and what is known of it while that is still open. */
import type { Performer, TaskType } from './catalogue.ts';
import type { Repeat, Reversibility } from './plan.ts';
import type { TaskDefinition } from './playbook.ts';
import type { ProblemCode } from './problem.ts';
import { didYouMean } from './suggest.ts';

/** How long one attempt may take where no performer says otherwise. */
const ATTEMPT_MS = 30_000;

export interface Choice {
  readonly connector: string | null;
  readonly reversibility: Reversibility;
  readonly repeat: Repeat;
  readonly timeoutMs: number;
}

export interface ChoiceProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly remedy?: string;
  /** The task names the provider itself, so the fault lies there. */
  readonly own: boolean;
}

/**
 * The provider the task names, else the only performer, else the run's provider. Where none of these decides,
 * `connector` is null, and the rest is the worst of all performers, so that nothing looks safer than it may be.
 */
export function choosePerformer(
  task: TaskDefinition,
  type: TaskType,
  provider: string | undefined,
): Choice | ChoiceProblem {
  const { performers } = type;
  const [first, ...others] = performers;
  const wanted = task.provider ?? (others.length > 0 ? provider : undefined);
  if (wanted !== undefined) {
    const chosen = performers.find(({ connector }) => connector === wanted);
    if (chosen !== undefined) return choiceOf(chosen);
    const names = performers.map(({ connector }) => connector);
    const message = `No installed connector ${JSON.stringify(wanted)} performs ${type.name}`;
    const own = task.provider !== undefined;
    if (names.length === 0) return { code: 'unknown_provider', message, own };
    return { code: 'unknown_provider', message, remedy: didYouMean(wanted, names, 'providers'), own };
  }
  if (first !== undefined && others.length === 0) return choiceOf(first);
  return {
    connector: null,
    reversibility: worst(
      REVERSIBILITIES,
      performers.map((each) => each.reversibility),
    ),
    repeat: worst(
      REPEATS,
      performers.map((each) => each.repeat),
    ),
    timeoutMs: Math.max(0, ...performers.map((each) => each.timeoutMs)) || ATTEMPT_MS,
  };
}

/** Why a task that must run cannot: no connector at all, or a choice nobody made. */
export function missingConnector(task: TaskDefinition, type: TaskType): ChoiceProblem {
  const names = type.performers.map(({ connector }) => connector);
  if (names.length === 0)
    return { code: 'no_connector', message: `No installed connector performs ${type.name}`, own: false };
  return {
    code: 'provider_needed',
    message: `Several connectors perform ${type.name} of ${task.name}: ${names.join(', ')}`,
    own: false,
  };
}

function choiceOf({ connector, reversibility, repeat, timeoutMs }: Performer): Choice {
  return { connector, reversibility, repeat, timeoutMs };
}

const REVERSIBILITIES: readonly Reversibility[] = ['none', 'A', 'B', 'C'];
const REPEATS: readonly Repeat[] = ['natural', 'marker', 'none'];

/** From best to worst; of nothing, the worst. */
function worst<T>(scale: readonly T[], given: readonly T[]): T {
  const rank = given.length === 0 ? scale.length - 1 : Math.max(...given.map((each) => scale.indexOf(each)));
  const found = scale[rank];
  if (found === undefined) throw new Error('a value outside its scale');
  return found;
}

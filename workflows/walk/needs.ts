/** What a task's needs make of it once all of them are settled. */
import type { PlannedTask } from '../language/plan.ts';
import type { Need, Status } from '../language/playbook.ts';
import { isReached, type Outcome } from './outcome.ts';

export type Turn =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'block'; readonly by: readonly { readonly task: string; readonly status: Status }[] };

type Standing = 'met' | 'passed' | 'missed';

/** A need without `on` passes over a task that its own condition skipped; one with `on` takes it literally. */
function standing(need: Need, outcome: Outcome): Standing {
  if (need.on !== undefined) return need.on.includes(outcome.status) ? 'met' : 'missed';
  if (isReached(outcome)) return 'met';
  return outcome.status === 'skipped' ? 'passed' : 'missed';
}

/**
 * `all`: none missed and at least one met; all passed over means skipped. `any` and a number: that many
 * met; short of it, blocked by what was missed, or skipped where nothing was. No needs: run.
 * Throws when a need has no outcome yet: the walk asks only once all are settled.
 */
export function turnOf(
  task: Pick<PlannedTask, 'needs' | 'join'>,
  outcomeOf: (task: string) => Outcome | null,
): Turn {
  if (task.needs.length === 0) return { kind: 'run' };
  const missed: { task: string; status: Status }[] = [];
  let met = 0;
  for (const need of task.needs) {
    const outcome = outcomeOf(need.task);
    if (outcome === null)
      throw new Error(`asked for the turn of a task whose need ${need.task} is not settled`);
    const stands = standing(need, outcome);
    if (stands === 'met') met += 1;
    if (stands === 'missed') missed.push({ task: need.task, status: outcome.status });
  }
  const wanted = task.join === 'all' || task.join === 'any' ? 1 : task.join;
  const enough = met >= wanted && (task.join !== 'all' || missed.length === 0);
  if (enough) return { kind: 'run' };
  return missed.length > 0 ? { kind: 'block', by: missed } : { kind: 'skip' };
}

/** Where a run's calls go: what its plan reply says of task queues. */
import type { PlanReply } from '../workflows/activities.ts';
import type { Plan } from '../workflows/language/plan.ts';
import type { World } from './world.ts';

type Queues = Pick<Extract<PlanReply, { readonly kind: 'plan' }>, 'queues'>;

/** Of the plan's own connectors only: what others have is no matter of this run. */
export function queuesFor({ tasks }: Plan, queues: World['queues']): Queues {
  const used = tasks.flatMap(({ connector }) => {
    const queue = connector === null ? undefined : queues?.get(connector);
    return connector === null || queue === undefined ? [] : [[connector, queue] as const];
  });
  return used.length === 0 ? {} : { queues: Object.fromEntries(used) };
}

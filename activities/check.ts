/** Asks a connector whether the step a person had to do is done. Reads only, so it leaves no intent. */
import type { RemoteActivities } from '../workflows/activities.ts';
import { isObject } from '../workflows/language/json.ts';
import { blottedObject } from './blotted.ts';
import { callContext, performanceOf } from './performing.ts';
import { plainJson } from './plain.ts';
import type { World } from './world.ts';

/** Whoever only reads leaves nothing behind that another attempt would have to find. */
const FIRST = { attempt: 1, fence: 1 } as const;

export function createCheck(world: World): RemoteActivities['check'] {
  return async ({ run, call }) => {
    const performance = performanceOf(world, call.question);
    if (performance?.check === undefined) return null;
    const pulse = world.pulse();
    const signal = AbortSignal.any([pulse.signal, AbortSignal.timeout(call.timeoutMs)]);
    const context = callContext(world, run, call.question, pulse, signal, FIRST);
    try {
      const output = plainJson(await performance.check(call.question.inputs, context));
      return isObject(output) ? blottedObject(output, world.redact) : null;
    } catch {
      // A poll that failed has learnt nothing; the next one asks again.
      return null;
    }
  };
}

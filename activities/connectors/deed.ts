/** One task as a connector does it, typed by the task's contract; and how it becomes a performance. */
import type { z } from 'zod';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { TaskContract } from '../catalogue/task-type.ts';
import type { Answer, CallContext, Performance } from './connector.ts';

type Traits = Omit<Performance, 'perform' | 'check'>;

export interface Deed<At, C extends TaskContract = TaskContract> extends Traits {
  readonly contract: C;
  perform(input: z.output<C['input']>, at: At): Promise<Answer<z.input<C['output']>>>;
}

/** The deed under its task type, as the registry takes it. `bind` puts together what the deed works with. */
export function performanceOf<At, C extends TaskContract>(
  { contract, perform, ...traits }: Deed<At, C>,
  bind: (call: CallContext) => At,
): readonly [taskType: string, performance: Performance] {
  const performance: Performance = {
    ...traits,
    perform: async (input, call) =>
      (await perform(input as z.output<C['input']>, bind(call))) as Answer<JsonObject>,
  };
  return [contract.name, performance];
}

/** Runs the laws over a family of actions, and says which actions it is about. */
import { afterAll } from '@jest/globals';
import { shipped } from '../../../activities/connectors/shipped.ts';
import { performanceIn } from '../../../activities/undo/performance.ts';
import { keeps } from '../../contracts/law.ts';
import { NO_CONNECTORS } from '../nothing-configured.ts';
import { nameOf, type Action } from './action.ts';
import { killedLaws } from './law.ts';
import type { Place } from './place.ts';
import { createWorkers } from './workers.ts';

export interface Subject<P extends Place> {
  readonly action: Action<P>;
  readonly open: () => Promise<P>;
}

/** Every action that a shipped connector performs. */
export const performed = shipped(NO_CONNECTORS).connectors.flatMap(({ name, performs }) =>
  Object.keys(performs).map((type) => `${name} ${type}`),
);

export function undoable({ connector, type }: Pick<Action, 'connector' | 'type'>): boolean {
  const { connectors } = shipped(NO_CONNECTORS);
  const found = connectors.find(({ name }) => name === connector);
  return performanceIn(found, type)?.undo !== undefined;
}

export const workers = createWorkers();
afterAll(() => workers.close());

export function keepThroughDeath<P extends Place>(subjects: readonly Subject<P>[]): void {
  for (const { action, open } of subjects)
    keeps(nameOf(action), killedLaws(action, workers, action.undoable ?? undoable(action)), open);
}

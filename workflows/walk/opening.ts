/** Which words a task can use at this moment, told from the run's state alone. */
import type { Message } from '../ports.ts';
import type { RunState } from './state.ts';

/** Null: it can be put to the task. `committed`: it would take back what was already done. */
export function closedTo(
  { kind, task }: Pick<Message, 'kind' | 'task'>,
  state: Pick<RunState, 'tasks'> | null,
): 'nothing_open' | 'committed' | null {
  const record = state?.tasks[task];
  if (record?.phase === 'waiting') return null;
  const undoes = kind === 'withdraw' || kind === 'reject';
  if (undoes && record?.revocable === true) return null;
  return kind === 'withdraw' && (record?.approvedBy.length ?? 0) > 0 ? 'committed' : 'nothing_open';
}

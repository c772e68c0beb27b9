/** What must come of a calm random rehearsal, worked out from the script alone and by other means than the walk. */
import type { Status } from '../../workflows/language/playbook.ts';
import type { RandomTask } from './random-playbooks.ts';

interface End {
  readonly status: Status;
  /** There is an output others may use. */
  readonly reached: boolean;
}

const end = (status: Status, reached = status === 'completed'): End => ({ status, reached });

/** Tasks are declared after what they need, so one pass is enough. */
export function expectedEnds(tasks: readonly RandomTask[]): { readonly [task: string]: Status } {
  const ends = new Map<string, End>();
  for (const task of tasks) ends.set(task.name, endOf(task, ends));
  return Object.fromEntries([...ends].map(([name, { status }]) => [name, status]));
}

function endOf(task: RandomTask, ends: ReadonlyMap<string, End>): End {
  const turn = turnBy(task, ends);
  if (turn !== 'run') return end(turn);
  if (task.when === false) return end('skipped');
  if (typeof task.when === 'string' && ends.get(task.when)?.status !== 'completed') return end('skipped');
  if (task.before === 'done') return end('skipped', true);
  if (task.before === 'conflict') return end('failed');
  if (task.policy === 'deny' || task.policy === 'error') return end('denied');
  if (task.approvalRequired || task.policy === 'needs_approval' || task.policy === 'needs_two') {
    if (task.people === 'reject') return end('rejected');
    if (task.people === 'silent') return end('expired');
  }
  // Policy is asked again before the act, and after people were.
  if (task.policy === 'tightens') return end('denied');
  return end(actBy(task));
}

function turnBy(
  { needs, on, join }: RandomTask,
  ends: ReadonlyMap<string, End>,
): 'run' | 'blocked' | 'skipped' {
  if (needs.length === 0) return 'run';
  const marks = needs.map((need, index): 'good' | 'bad' | 'neither' => {
    const { status, reached } = ends.get(need) ?? end('failed');
    if (on !== null) return on[index]?.includes(status) === true ? 'good' : 'bad';
    if (reached) return 'good';
    return status === 'skipped' ? 'neither' : 'bad';
  });
  const good = marks.filter((mark) => mark === 'good').length;
  const bad = marks.includes('bad');
  if (join === 'all' ? good > 0 && !bad : good >= (join === 'any' ? 1 : join)) return 'run';
  return bad ? 'blocked' : 'skipped';
}

/** Two attempts each. */
function actBy({ type, connector, word }: RandomTask): Status {
  const open: Status = word === 'silent' ? 'indeterminate' : word;
  switch (connector) {
    case 'done':
    case 'slow':
    case 'again':
      return 'completed';
    case 'refused':
    case 'exhausted':
      return 'failed';
    case 'unknown_once':
      return type === 'Once' ? open : 'completed';
    case 'unknown':
    case 'throws':
      return type === 'Look' ? 'failed' : open;
    case 'by_hand':
      return word === 'completed' ? 'completed' : 'action_required';
  }
}

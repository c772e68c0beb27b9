/** The last act: what the run did is taken back, as `cordon undo` does it, and people agree to that as well. */
import type { UndoItem } from '../../workflows/language/plan.ts';
import { table } from '../render/table.ts';
import { oneLine } from '../render/text.ts';
import { invocation } from '../self.ts';
import type { Stream } from '../terminal.ts';
import { previewUndo, startUndo } from '../undo/undo.ts';
import { attend, type Conducting, type Told } from './conduct.ts';
import { REQUESTER } from './voting.ts';

/** Null where the run did nothing that can be taken back. */
export async function takeBack(on: Conducting, { workflowId }: Told): Promise<Told | null> {
  const { playground, say, terminal } = on;
  const { client, config } = playground;
  const order = { client, taskQueue: config.taskQueue, workflowId, options: { requested_by: REQUESTER } };
  const seen = await previewUndo(order);
  if (seen.kind !== 'outline')
    throw new Error(seen.kind === 'refused' ? seen.problems.join('; ') : 'no worker planned the undo');
  const items = seen.report.undo?.items ?? [];
  if (!items.some(({ state }) => state === 'to_undo')) return null;
  say(`\n${REQUESTER} takes back what can be undone, as this command would:`);
  say(`  ${oneLine(invocation('undo', workflowId, '--as', REQUESTER))}\n`);
  say(outline(items, terminal.err));
  const started = await startUndo(order);
  return attend(on, started.workflowId, false);
}

/** What changes nothing needs no word here; `cordon undo --plan` has one for everything. */
function outline(items: readonly UndoItem[], stream: Stream): string {
  const rows = items
    .filter(({ state }) => state !== 'nothing')
    .map(({ task, says }) => [`  ${oneLine(task)}`, oneLine(says, 200)]);
  return table([{ title: '  TASK' }, { title: 'WHAT THE UNDO WILL DO', rest: true }], rows, stream);
}

/** Each effect of the run: what is so now, or why it stays. */
export function takenBack({ report }: Told, { colours }: Stream): readonly string[] {
  return (report.undo?.items ?? []).flatMap(({ task, state, says }) => {
    if (state === 'nothing') return [];
    const undo = Object.values(report.tasks).find(({ inputs }) => inputs['task'] === task);
    const now = undo?.output?.['now'];
    if (undo?.status === 'completed')
      return [
        `${colours.green('✓')} ${oneLine(task)}: ${oneLine(typeof now === 'string' ? now : says, 200)}`,
      ];
    const why = undo === undefined ? says : (undo.reason ?? undo.error ?? undo.status);
    return [`– ${oneLine(task)}: ${oneLine(why, 200)}`];
  });
}

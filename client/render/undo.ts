/** What an undo takes back, and what it does not, with the reason. */
import type { UndoItem } from '../../workflows/language/plan.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Stream } from '../terminal.ts';
import { REVERSIBILITY } from './card.ts';
import { table } from './table.ts';
import { oneLine } from './text.ts';

const COLUMNS = [
  { title: 'TASK' },
  { title: 'UNDO', most: 16 },
  { title: 'EFFECT', most: 24 },
  { title: 'WHAT', rest: true },
] as const;

const STATES: { readonly [state in UndoItem['state']]: string } = {
  to_undo: 'taken back',
  stands: 'left as it is',
  undone: 'undone before',
  cannot: 'stays',
  open: 'not settled',
  nothing: 'nothing to undo',
};

/** Empty for a run that takes nothing back. */
export function renderOutline({ undo }: RunReport, stream: Stream): string {
  if (undo === undefined) return '';
  const rows = undo.items.map(({ task, state, reversibility, says }) => [
    oneLine(task),
    STATES[state],
    REVERSIBILITY[reversibility],
    oneLine(says, 300),
  ]);
  return `Undo of ${oneLine(undo.workflow_id)}, the last effect first\n\n${table(COLUMNS, rows, stream)}`;
}

/** Empty for a run that did not fail, or keeps what it did. */
export function renderOnFailure({ on_failure: undoing }: RunReport, stream: Stream): string {
  if (undoing === undefined) return '';
  return `\n${stream.colours.bold('Undo after its failure:')} ${oneLine(undoing.undo)} (${undoing.status.replaceAll('_', ' ')})\n`;
}

/** What a finished undo has left: nothing is to be taken for undone that is not. */
export function renderLeft({ undo }: RunReport, stream: Stream): string {
  const left = (undo?.items ?? []).filter(({ state }) => state === 'cannot' || state === 'open');
  if (left.length === 0) return '';
  const lines = left.map(({ task, says }) => `  ${oneLine(task)}: ${oneLine(says, 300)}\n`);
  return `\n${stream.colours.bold('Not taken back:')}\n${lines.join('')}`;
}

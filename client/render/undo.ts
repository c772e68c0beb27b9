/** What an undo takes back, and what it does not, with the reason. */
import type { UndoItem } from '../../workflows/language/plan.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import type { TakenBack } from '../runs/taken-back.ts';
import type { Stream } from '../terminal.ts';
import { REVERSIBILITY } from './card.ts';
import { oneLine } from './text.ts';
import { widthOf, wrap } from './width.ts';

const STATES: { readonly [state in UndoItem['state']]: string } = {
  to_undo: 'taken back',
  stands: 'left as it is',
  undone: 'undone before',
  cannot: 'stays',
  open: 'not settled',
  nothing: 'nothing to undo',
};
const STATE_WIDTH = Math.max(...Object.values(STATES).map((text) => text.length));

/** Empty for a run that takes nothing back. */
export function renderOutline({ undo }: RunReport, stream: Stream): string {
  if (undo === undefined) return '';
  const longest = Math.max(0, ...undo.items.map(({ task }) => widthOf(oneLine(task))));
  const items = undo.items.map((item) => itemText(item, longest, stream)).join('');
  return `Undo of ${oneLine(undo.workflow_id)}, the last effect first\n\n${items}`;
}

const INDENT = '    ';

/** A line to glance at, and under it what it means: sentences need the whole width of a terminal. */
function itemText({ task, state, reversibility, says }: UndoItem, longest: number, stream: Stream): string {
  const name = oneLine(task);
  const room = ' '.repeat(longest - widthOf(name) + 2);
  const head = `${name}${room}${STATES[state].padEnd(STATE_WIDTH)}  ${stream.colours.dim(REVERSIBILITY[reversibility])}\n`;
  const told = wrap(oneLine(says, 300), stream.width - INDENT.length);
  return head + told.map((line) => `${INDENT}${line}\n`).join('');
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

/** Empty for a run of which nobody has taken anything back, nor tried to. */
export function renderTakenBack(taken: readonly TakenBack[], stream: Stream): string {
  if (taken.length === 0) return '';
  const lines = taken.map(({ task, status, undo }) => {
    const said = status === 'completed' ? 'taken back' : `its undo is ${status.replaceAll('_', ' ')}`;
    return `  ${oneLine(task)}: ${said} (${oneLine(undo)})\n`;
  });
  return `\n${stream.colours.bold('Undone since:')}\n${lines.join('')}`;
}

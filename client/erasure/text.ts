/** What was erased and what was not, for whoever answers for it. */
import type { ValueName } from '../../activities/stores/values.ts';
import { invocation } from '../self.ts';
import { oneLine } from '../render/text.ts';
import { wrap } from '../render/width.ts';
import type { Stream } from '../terminal.ts';
import type { Erased } from './erase.ts';
import type { PapersGone } from './papers.ts';
import type { Counts } from './survey.ts';

export function erasedText(erased: Erased, out: Stream): string {
  const { values, papers, kept, remains } = erased;
  return [
    valuesText(values, out),
    papers === null ? '' : papersText(papers, out),
    kept === null ? '' : keptText(kept),
    remains.length === 0 ? '' : 'What remains, and where:\n',
    ...remains.map(({ what, where, how }) => point(`${oneLine(where)}: ${oneLine(what)}; ${how}`, out)),
  ].join('');
}

function point(text: string, { width }: Stream): string {
  const [first = '', ...rest] = wrap(text, width - 4);
  return [`  - ${first}\n`, ...rest.map((line) => `    ${line}\n`)].join('');
}

export function valuesText(values: readonly ValueName[], { colours }: Stream): string {
  return [
    `${colours.green('✓')} ${values.length} personal values erased, each on record\n`,
    ...values.map(({ index, path }) => `  entry ${index} ${oneLine(path)}\n`),
  ].join('');
}

function papersText(gone: PapersGone, { colours }: Stream): string {
  const { undoLost, found } = gone;
  return [
    `${colours.green('✓')} working papers erased, on record: ${counted(gone)}\n`,
    found === 0 ? '' : `  and ${found} notes of what was found before a change, where secrets are kept\n`,
    undoLost.length === 0
      ? ''
      : `  These can no longer be undone, only put back by hand: ${undoLost.map((task) => oneLine(task)).join(', ')}\n`,
  ].join('');
}

function keptText(counts: Counts): string {
  const { outputs, saved, cards, plans } = counts;
  if (outputs + saved + cards + plans === 0) return '';
  return `Working papers are kept: ${counted(counts)}. \`${invocation()} audit erase … --papers\` erases them as well.\n`;
}

function counted({ outputs, saved, cards, plans }: Omit<Counts, 'undoable'>): string {
  return `${outputs} outputs of tasks, ${saved} states saved for undo, ${cards} cards, ${plans} plans of undos`;
}

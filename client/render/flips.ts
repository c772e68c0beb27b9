/** Differences between two policy sets for people. */
import { isLooser, type Flip } from '../policy/flips.ts';
import type { Stream } from '../terminal.ts';
import { oneLine } from './text.ts';
import { wrap } from './width.ts';

export function renderFlips(flips: readonly Flip[], stream: Stream): string {
  const { green, yellow, red } = stream.colours;
  const looser = flips.filter(isLooser).length;
  const head =
    flips.length === 0
      ? `${green('✓')} no difference\n`
      : `${looser > 0 ? red('✗') : yellow('!')} ${flips.length} difference(s), ${looser} of them looser\n`;
  return [head, ...flips.map((flip) => renderFlip(flip, stream))].join('');
}

function renderFlip(flip: Flip, stream: Stream): string {
  const { before, after, rulesBefore, rulesAfter } = flip;
  const mark = isLooser(flip) ? 'looser ' : 'tighter';
  const lines = [
    ...wrap(oneLine(flip.what), stream.width - 10),
    ...wrap(`${told(before)} by ${rulesBefore.join(', ') || 'nothing'}`, stream.width - 10),
    ...wrap(`→ ${told(after)} by ${rulesAfter.join(', ') || 'nothing'}`, stream.width - 10),
  ];
  return lines.map((line, at) => `${at === 0 ? mark.padEnd(10) : ' '.repeat(10)}${line}\n`).join('');
}

function told(effect: string): string {
  return effect.replace('_', ' ');
}

/** What the devices said before, after and once it was undone, side by side; and whether that is as it must be. */
import type { Fact } from '../../simulators/device/facts.ts';
import type { Printed } from '../../simulators/ground.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { table } from '../render/table.ts';
import { oneLine } from '../render/text.ts';
import type { Stream } from '../terminal.ts';
import { differences } from './differences.ts';

/** The answers to the same questions, asked at different times. */
export interface Look {
  readonly when: 'before' | 'after' | 'undone';
  readonly facts: readonly Fact[];
  /** Empty where the devices are simulated. */
  readonly printed: readonly Printed[];
}

export function renderLooks(
  who: string,
  looks: readonly Look[],
  wrong: readonly string[],
  stream: Stream,
): string {
  const [first] = looks;
  if (first === undefined) return '';
  const columns = ['  ASKED', ...looks.map(({ when }) => when.toUpperCase())].map((title) => ({ title }));
  const rows = first.facts.map(({ asked, comesBack }, at) => [
    `  ${oneLine(asked)}${comesBack ? '' : ' *'}`,
    ...looks.map(({ facts }) => oneLine(facts[at]?.answer ?? '')),
  ]);
  const note = first.facts.every(({ comesBack }) => comesBack) ? '' : '  * nothing can give this back\n';
  const title = stream.colours.bold(`What ${who} when asked`);
  const faults = wrong.map((line) => `  ${stream.colours.red('✗')} ${oneLine(line)}\n`).join('');
  return `${title}\n${table(columns, rows, stream)}${note}${faults}\n`;
}

/** Each way in which the devices are other than whole runs leave them: all is changed, and what can has come back. */
export function amiss(
  looks: readonly Look[],
  run: Pick<RunReport, 'status'>,
  undoing: Pick<RunReport, 'status'> | null,
): readonly string[] {
  const [first, then, last] = (['before', 'after', 'undone'] as const).map((when) => lookOf(looks, when));
  const [before, after, undone] = [first?.facts ?? [], then?.facts ?? [], last?.facts ?? []];
  const print = undoing?.status === 'completed' ? differences(first?.printed ?? [], last?.printed ?? []) : [];
  const facts = before.flatMap(({ asked, answer, comesBack }, n) => {
    const then = after[n]?.answer;
    const meant = comesBack ? answer : then;
    const last = undone[n]?.answer;
    const unchanged = run.status === 'completed' && then === answer ? [`${asked}: still ${answer}`] : [];
    const kept =
      undoing?.status === 'completed' && last !== meant ? [`${asked}: ${last}, where ${meant} was`] : [];
    return [...unchanged, ...kept];
  });
  return [
    ...facts,
    ...print.map(({ command }) => `${command}: prints other than before, though all is undone`),
  ];
}

export function lookOf(looks: readonly Look[], when: Look['when']): Look | null {
  return looks.find((look) => look.when === when) ?? null;
}

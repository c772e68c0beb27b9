/** What the devices said before, after and once it was undone, side by side; and whether that is as it must be. */
import type { Fact } from '../../simulators/device/facts.ts';
import { table, type Column } from '../render/table.ts';
import { oneLine } from '../render/text.ts';
import type { Stream } from '../terminal.ts';

/** The answers to the same questions, asked at different times. */
export type Looks = readonly { readonly when: string; readonly facts: readonly Fact[] }[];

export function renderLooks(looks: Looks, stream: Stream): string {
  const [first, ...later] = looks;
  if (first === undefined) return '';
  const columns: readonly Column[] = [
    { title: '' },
    ...looks.map(({ when }) => ({ title: when.toUpperCase() })),
    { title: '', rest: true },
  ];
  const rows = first.facts.map(({ asked, answer, comesBack }, at) => [
    `  ${oneLine(asked)}`,
    ...[answer, ...later.map(({ facts }) => facts[at]?.answer ?? '')].map((one) => oneLine(one)),
    comesBack ? '' : 'not undone by anything',
  ]);
  return `${stream.colours.bold('What the devices say when they are asked')}\n${table(columns, rows, stream)}\n`;
}

/** What the demo shows at its end: what changed at the provider, how every task ended, and the record's verdict. */
import { invocation } from '../self.ts';
import { renderReport } from '../render/report.ts';
import { oneLine } from '../render/text.ts';
import type { Stream } from '../terminal.ts';
import type { Act } from './act.ts';
import type { CarriedRecord } from './record.ts';
import type { Denial } from './denial.ts';
import { differenceLines, differences } from './differences.ts';
import { effectLines } from './effect-lines.ts';
import { takenBack } from './undoing.ts';
import { lookOf, renderLooks } from './looks.ts';

export interface Ending extends Act {
  /** Null where the story was stopped before. */
  readonly denial: Denial | null;
  /** Null where there is none, or the story ended before. */
  readonly sequel: Act | null;
  readonly record: CarriedRecord;
}

export function renderEnding(ending: Ending, stream: Stream): string {
  const { colours } = stream;
  const part = (title: string, lines: readonly string[]): string =>
    `${colours.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
  return [
    '\n',
    `${renderReport(ending.told.report, stream)}\n`,
    part(`What changed at ${ending.plot.where}`, changesOf(ending)),
    ...(ending.undoing === null
      ? []
      : [part('What was taken back', [...takenBack(ending.undoing, stream), ...asBefore(ending, stream)])]),
    ...(ending.looks.length === 0
      ? []
      : [renderLooks('the devices say', ending.looks, ending.amiss, stream)]),
    ...(ending.denial === null ? [] : [part('What policy forbids', denialOf(ending.denial))]),
    ...(ending.sequel === null ? [] : sequelOf(ending.sequel, stream, part)),
    part('The record', recordLines(ending, stream)),
  ].join('');
}

/** In short: its tasks are in the record, and were seen on the way. */
function sequelOf(
  act: Act,
  stream: Stream,
  part: (title: string, lines: readonly string[]) => string,
): readonly string[] {
  const { plot, told, undoing } = act;
  const taken = undoing === null ? [] : takenBack(undoing, stream);
  return [
    part(`Then ${plot.where}: ${plot.playbook} is ${told.report.status}`, [
      ...changesOf(act),
      ...taken,
      ...asBefore(act, stream),
    ]),
    renderLooks('it says', act.looks, act.amiss, stream),
  ];
}

function denialOf({ asset, task, reason }: Denial): readonly string[] {
  return [`the same playbook on ${oneLine(asset)}: ${oneLine(task)} was denied`, oneLine(reason, 200)];
}

/** Simulated devices tell every change; of real ones it is what they print otherwise. */
function changesOf({ effects, looks, plot, told }: Act): readonly string[] {
  const [before, after] = [lookOf(looks, 'before'), lookOf(looks, 'after')];
  const otherwise = differences(before?.printed ?? [], after?.printed ?? []);
  const made = [...effectLines(effects), ...differenceLines(otherwise)];
  const also = plot.also(told.report).map((line) => ` +  ${line}`);
  return made.length === 0 && also.length === 0 ? ['nothing'] : [...made, ...also];
}

/** What a device prints again to the letter, each by the command that it was asked with. */
function asBefore({ looks }: Act, { colours }: Stream): readonly string[] {
  const [before, undone] = [lookOf(looks, 'before')?.printed ?? [], lookOf(looks, 'undone')?.printed ?? []];
  const other = new Set(differences(before, undone).map(({ command }) => command));
  return undone
    .filter(({ command }) => !other.has(command))
    .map(({ command }) => `${colours.green('✓')} ${oneLine(command)} prints what it printed before`);
}

/** The last thing that is seen: what was shown of the record, and how to show one decision to somebody else. */
function recordLines({ record }: Ending, { colours }: Stream): readonly string[] {
  const { verdict, folder, decision } = record;
  if (verdict.kind === 'broken')
    return [`${colours.red('✗')} does not verify: ${verdict.code}: ${oneLine(verdict.reason)}`];
  const { entries, level } = verdict;
  return [
    `${colours.green('✓')} verified at level ${level} of 3: ${entries} entries, signed, and agreeing with a copy kept elsewhere`,
    `it is yours to check, without this demo and its server, in ${folder}:`,
    `  ${invocation(...words(`audit verify ${folder}/record --policy ${folder}/policy --witness ${folder}/checkpoints`))}`,
    ...(decision === null
      ? []
      : [
          `one decision (entry ${decision}) as a small proof that anybody can check:`,
          `  ${invocation(...words(`audit prove ${decision} --source ${folder}/record --out ${folder}/decision`))}`,
          `  ${invocation(...words(`audit check-proof ${folder}/decision.tlog-proof --policy ${folder}/policy`))}`,
        ]),
  ];
}

/** No word of these holds a space. */
function words(text: string): readonly string[] {
  return text.split(' ');
}

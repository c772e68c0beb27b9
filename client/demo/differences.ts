/** What devices print otherwise than before, line by line, whatever the order. */
import type { Printed } from '../../simulators/ground.ts';
import { oneLine } from '../render/text.ts';

export interface Difference {
  readonly command: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Of each command that both have; those that print the same are left out. */
export function differences(before: readonly Printed[], after: readonly Printed[]): readonly Difference[] {
  return before.flatMap(({ command, lines }) => {
    const now = after.find((one) => one.command === command);
    if (now === undefined) return [];
    const removed = without(lines, now.lines);
    const added = without(now.lines, lines);
    return removed.length === 0 && added.length === 0 ? [] : [{ command, removed, added }];
  });
}

export function differenceLines(all: readonly Difference[]): readonly string[] {
  return all.flatMap(({ command, removed, added }) => [
    oneLine(command),
    ...together(removed).map((line) => `  - ${line}`),
    ...together(added).map((line) => `  + ${line}`),
  ]);
}

/** A line that stands twice on one side must do so on the other. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** Options of a section are counted behind it. */
function together(lines: readonly string[]): readonly string[] {
  const made: { readonly text: string; readonly about: string; options: number }[] = [];
  for (const text of lines) {
    const last = made.at(-1);
    if (last !== undefined && text.startsWith(`${last.about}.`)) last.options += 1;
    else made.push({ text, about: text.split('=')[0] ?? text, options: 0 });
  }
  return made.map(({ text, options }) => {
    const more = options === 0 ? '' : `, with ${options} option${options === 1 ? '' : 's'}`;
    return `${oneLine(text, 100)}${more}`;
  });
}

/** Changes as lines, in the order in which they took effect. Settings of one section become one line. */
import type { Effect } from '../../simulators/simulator.ts';
import { oneLine } from '../render/text.ts';

export function effectLines(effects: readonly Effect[]): readonly string[] {
  const lines: { readonly n: number; readonly about: string; text: string; options: number }[] = [];
  for (const { n, what } of effects) {
    const last = lines.at(-1);
    if (last !== undefined && what.startsWith(`${last.about}.`) && / (set|added to)$/.test(what)) {
      last.options += 1;
      continue;
    }
    lines.push({ n, about: what.replace(/ (set|added to)$/, ''), text: what, options: 0 });
  }
  return lines.map(({ n, text, options }) => {
    const more = options === 0 ? '' : `, with ${options} option${options === 1 ? '' : 's'}`;
    return `${String(n).padStart(2)}  ${oneLine(text, 100)}${more}`;
  });
}

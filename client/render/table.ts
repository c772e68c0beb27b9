/** Columns without lines: calm to read, easy to cut. */
import type { Stream } from '../terminal.ts';
import { widthOf, wrap } from './width.ts';

export interface Column {
  readonly title: string;
  /** Takes what the others leave. One column of a table at most. */
  readonly rest?: true;
  /** Other columns wrap beyond this many characters. */
  readonly most?: number;
}

/** Must be safe to show (see `text.ts`) and hold no colours; `paint` adds them when all is measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = 2;
const NARROWEST_REST = 16;
const MOST = 34;

/** Cells that do not fit their column are wrapped, never cut. Ends with a line end. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  stream: Stream,
): string {
  const widths = widthsOf(columns, rows, stream.width);
  const head = columns.map(({ title }): Cell => ({ text: title, paint: stream.colours.dim }));
  return [head, ...rows]
    .flatMap((row) => linesOf(row, widths))
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(row: readonly Cell[], widths: readonly number[]): readonly string[] {
  const cells = widths.map((width, at) => wrap(textOf(row[at] ?? ''), width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const last = cells.findLastIndex((lines) => (lines[line] ?? '') !== '');
    return cells
      .slice(0, last + 1)
      .map(
        (lines, at) =>
          painted(row[at] ?? '', lines[line] ?? '') +
          (at === last ? '' : room(lines[line] ?? '', widths[at] ?? 0)),
      )
      .join('');
  });
}

function room(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text)) + GAP);
}

function painted(cell: Cell, text: string): string {
  return typeof cell === 'string' || text === '' ? text : cell.paint(text);
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function widthsOf(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  total: number,
): readonly number[] {
  const wanted = columns.map(({ title, rest, most = MOST }, at) => {
    if (rest === true) return null;
    const longest = rows.reduce(
      (width, row) => Math.max(width, widthOf(textOf(row[at] ?? ''))),
      widthOf(title),
    );
    return Math.min(longest, most);
  });
  const taken = wanted.reduce<number>((sum, width) => sum + (width === null ? 0 : width + GAP), 0);
  return wanted.map((width) => width ?? Math.max(total - taken, NARROWEST_REST));
}

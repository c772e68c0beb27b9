/** Where entries come from a table: do its columns say what their bytes say? */
import { addAll, type Batch, type Columns } from './batch.ts';
import type { Check, Fault } from './check.ts';
import { createFrame, readFrame, spelled } from './frame.ts';

export interface ColumnCheck {
  add(batch: Batch): Fault | null;
}

export function createColumnCheck(): ColumnCheck {
  const frame = createFrame();
  let index = 0;
  const check = (rows: readonly Columns[]): Check => {
    let row = 0;
    return {
      add(bytes, from, to) {
        const columns = rows[row];
        const place = index;
        row += 1;
        index += 1;
        // What has no form is told by those who read it.
        if (columns === undefined || !readFrame(bytes, from, to, frame)) return null;
        const text = (start: number, end: number): string => bytes.toString('utf8', start, end);
        const stray = strayColumn(columns, {
          index: frame.index,
          id: text(frame.id, frame.id + 32),
          run: spelled(text(frame.run, frame.runEnd)),
          runSeq: frame.runSeq,
        });
        if (stray === null) return null;
        return {
          code: 'entry_broken',
          index: place,
          noticed: place,
          reason: `its column ${stray} disagrees with its bytes`,
        };
      },
    };
  };
  return {
    add: (batch) => (batch.columns === undefined ? null : addAll(check(batch.columns), batch)),
  };
}

/** What the bytes say; no run where they spell none. */
type Said = Omit<Columns, 'run'> & { readonly run: string | null };

function strayColumn(columns: Columns, said: Said): string | null {
  if (columns.index !== said.index) return 'i';
  if (columns.id !== said.id) return 'id';
  if (columns.run !== said.run) return 'run';
  return columns.runSeq === said.runSeq ? null : 'run_seq';
}

/**
 * Rows of a file that may be damaged. SQLite enforces a column's type when it is written, and not when it is read: a bit
 * that flipped in a row's header makes a number or nothing of a text.
 */
import { StoreError } from '../ledger.ts';

type Kind = 'number' | 'string' | 'bytes';

/** The rows as they are. Throws a `StoreError`, `store_untrusted`, for one whose columns are of other kinds. */
export function sound<Row extends object>(
  what: string,
  kinds: { readonly [Column in keyof Row]: Kind },
  rows: readonly Row[],
): readonly Row[] {
  for (const row of rows)
    for (const column of Object.keys(kinds) as (keyof Row & string)[])
      if (kindOf(row[column]) !== kinds[column])
        throw new StoreError(
          'store_untrusted',
          `${what}: ${column} of a row is not what it was stored as; the file is damaged`,
        );
  return rows;
}

function kindOf(value: unknown): string {
  return value instanceof Uint8Array ? 'bytes' : typeof value;
}

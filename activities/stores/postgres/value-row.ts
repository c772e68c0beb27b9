/** A personal value as Postgres keeps it. */
import { textOf } from '../value-text.ts';
import type { KeptValue } from '../values.ts';

export interface ValueRow {
  readonly index: number;
  readonly path: string;
  readonly salt: Uint8Array;
  readonly text: Uint8Array;
  readonly erased: boolean;
}

/** Throws a `StoreError` for a value that is no text any more. */
export function keptValue({ index, path, salt, text, erased }: ValueRow): KeptValue {
  return { index, path, value: erased ? null : { salt, text: textOf(text, index) } };
}

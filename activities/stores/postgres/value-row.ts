/** A personal value as Postgres keeps it. */
import { nodeCodec } from '../codec.ts';
import type { KeptValue } from '../values.ts';

export interface ValueRow {
  readonly index: number;
  readonly path: string;
  readonly salt: Uint8Array;
  readonly text: Uint8Array;
  readonly erased: boolean;
}

export function keptValue({ index, path, salt, text, erased }: ValueRow): KeptValue {
  return { index, path, value: erased ? null : { salt, text: nodeCodec.decode(text) } };
}

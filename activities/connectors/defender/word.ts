/** A text in an answer; empty where there is none. Ids, states and names are never anything else. */
import type { Json } from '../../../workflows/language/json.ts';

export function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

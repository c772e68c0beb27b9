/** Texts that every store keeps as they are. */
import { StoreError } from './ledger.ts';

/**
 * Throws `store_refused`. No text column of Postgres takes NUL, and half a surrogate pair is written as another
 * character, under which two keys that differ would become one. One such text would fail its whole group.
 */
export function refuseUnstorable(what: string, texts: readonly string[]): void {
  if (texts.every((text) => text.isWellFormed() && !text.includes('\0'))) return;
  throw new StoreError(
    'store_refused',
    `${what} holds a NUL character or half a character and cannot be stored`,
  );
}

/** The text of a personal value, out of bytes that may have been damaged since. */
import { nodeCodec } from './codec.ts';
import { StoreError } from './ledger.ts';

/** Throws a `StoreError` for bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array, index: number): string {
  try {
    return nodeCodec.decode(bytes);
  } catch (error) {
    throw damaged(index, error);
  }
}

/** Throws a `StoreError` for a text that is no JSON, as every value was. */
export function valueIn(text: string, index: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw damaged(index, error);
  }
}

function damaged(index: number, cause: unknown): StoreError {
  return new StoreError('store_untrusted', `a value of audit entry ${index} is not what it was stored as`, {
    cause,
  });
}

/**
 * What a call found before it changed anything. A provider tells how things are, not how they were: when an answer
 * was lost and the call is repeated, only this says what the first attempt had found, so that undo stays exact.
 * It describes somebody's account, so it lies where secrets lie, encrypted and under the call's own key.
 */
import { createHash } from 'node:crypto';
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { CallContext } from './connector.ts';
import type { Failure } from './http-answer.ts';

export type Got<T> = { readonly kind: 'got'; readonly value: T } | Failure;

/** Where it lies, by the key of the call: where secrets are kept, under this name. */
export function foundName(key: string): string {
  return `found/${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

/** Keeps what this attempt has found, unless an earlier one has kept its own: then that. MUST come before the first change. */
export async function firstFound<T extends Json>(call: CallContext, found: T): Promise<Got<T>> {
  try {
    const { value } = await call.keepSecret(foundName(call.key), () => JSON.stringify({ found }));
    const kept: unknown = JSON.parse(value);
    if (isObject(kept) && kept['found'] !== undefined) return { kind: 'got', value: kept['found'] as T };
  } catch {
    // Said below: without it nothing may be changed.
  }
  const message = 'what was found could not be kept for undo; nothing was changed; check the secret store';
  return { kind: 'try_again', because: 'unavailable', fault: { code: 'found_not_kept', message } };
}

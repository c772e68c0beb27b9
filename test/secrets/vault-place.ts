/** A vault that the laws of `vault-laws.ts` are tried on: a double of its interface, or the real one. */
import type { Double } from '../connectors/call.ts';

/** `arrived` holds what came from the code under test, in order. */
export interface VaultPlace extends Double {
  readonly rootToken: string;
  readonly roleId: string;
  readonly secretId: string;
  /** Every token that a login brought stops working. */
  revokeAll(): Promise<void>;
  /** Sealed, it answers nothing but that it is. */
  seal(sealed: boolean): Promise<void>;
}

export function logins({ arrived }: VaultPlace): number {
  return arrived.filter(({ url }) => url === '/v1/auth/approle/login').length;
}

export function renewals({ arrived }: VaultPlace): number {
  return arrived.filter(({ url }) => url === '/v1/auth/token/renew-self').length;
}

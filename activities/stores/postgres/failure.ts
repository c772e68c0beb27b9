/**
 * The one place where Postgres's errors become ours. What a server says may repeat what was stored, so its code is
 * told and never its text.
 */
import { StoreError } from '../ledger.ts';

/** Runs `work`, which does nothing but talk to the server: whatever goes wrong comes out as a `StoreError`. */
export async function translated<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StoreError ? error : translate(what, error);
  }
}

/**
 * The same for whoever only reads: what the server cannot read, or make sense of, is damage as well. What is left says
 * that the server cannot be had, and nothing of what it holds.
 */
export async function translatedReading<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StoreError
      ? error
      : translate(what, error, (code) => isDamage(code) || isUnreadable(code));
  }
}

function translate(what: string, error: unknown, isOurs: (code: string) => boolean = isDamage): StoreError {
  const code = codeOf(error);
  if (isOurs(code))
    return new StoreError(
      'store_untrusted',
      `${what} failed (${code}): the tables are damaged or were changed from outside; run "cordon audit verify"`,
      { cause: error },
    );
  return new StoreError('store_unavailable', `${what} failed (${code}): ${remedy(code)}`, { cause: error });
}

/** SQLSTATE, or Node's code of a network error. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return 'connection lost';
}

/** Broken constraints and guards, missing tables and columns, wrong types, corruption. */
function isDamage(code: string): boolean {
  return /^(23...|42P01|42703|42804|42883|3F000|XX00[12])$/.test(code);
}

/** Failed system calls, data of no meaning, internal errors. */
function isUnreadable(code: string): boolean {
  return /^(22...|58...|XX...)$/.test(code);
}

const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/^28/, 'the server refused the user or the password; check state and state_password'],
  [/^3D000/, 'there is no such database; create it, or check state'],
  [/^42501/, 'the role lacks a privilege; see "A Postgres store" in docs/operations.md'],
  [/^25006/, 'the server is read-only, perhaps a standby; name the primary'],
  [/^53100/, 'the server’s disk is full; make room, nothing runs until then'],
  [/^53300/, 'the server has no connection to spare; raise max_connections or run fewer workers'],
  [/^57P0/, 'the server ended the connection; the call can be repeated'],
  [/^55P03|^57014|^40/, 'another process holds the log for too long; the call can be repeated'],
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)$/,
    'check that the server runs and can be reached',
  ],
  [/CERT|SELF_SIGNED|ERR_TLS/, 'the server’s certificate is not trusted; set sslrootcert in the URL'],
];

function remedy(code: string): string {
  return REMEDIES.find(([pattern]) => pattern.test(code))?.[1] ?? 'the call can be repeated';
}

/**
 * The one place where bytes leave for Google. Every request, also the client's own request for a token,
 * ends with the call, stays where it was sent and has a bounded answer.
 */
import type { Egress } from '../../egress/egress.ts';
import { fetchThrough } from '../../egress/fetch.ts';
import { networkCode } from '../http-answer.ts';

/** Written into google-auth-library; requests to it go to the configured endpoint instead. */
export const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** Where the official clients send requests, unless they are told otherwise. */
export const GOOGLE_ORIGINS = ['https://gmail.googleapis.com', 'https://admin.googleapis.com'];

/** An account has at most 1,000 filters and a reports page 1,000 events; both stay far below. */
const LARGEST_ANSWER = 16 * 1024 * 1024;

/** Carries a code only: what a request throws may quote the address and the headers. */
export class RequestFailed extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the request failed (${code})`);
    this.name = 'RequestFailed';
    this.code = code;
  }
}

export function createTransport(
  egress: Egress,
  tokenUrl: string | undefined,
  signal: AbortSignal,
): typeof fetch {
  const send = fetchThrough(egress, { signal, mostBytes: LARGEST_ANSWER, deadlineMs: 120_000 });
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    try {
      return await send(address === TOKEN_URL ? (tokenUrl ?? TOKEN_URL) : address, {
        ...(init?.method === undefined ? {} : { method: init.method }),
        ...(init?.headers === undefined ? {} : { headers: init.headers }),
        ...(init?.body === undefined ? {} : { body: init.body }),
      });
    } catch (error) {
      const code = networkCode(error);
      throw new RequestFailed(signal.aborted && code !== 'EGRESS_NOT_SENT' ? 'timeout' : code);
    }
  };
}

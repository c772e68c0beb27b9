/**
 * What an HTTP failure means for a call: retried, refused, or of unknown fate. One table for every
 * connector that speaks HTTP; providers' own reason codes are passed in as `reason`.
 */
import { refusalSentence } from '../egress/refusal.ts';
import type { Answer } from './connector.ts';

export type Failure = Exclude<Answer<never>, { readonly kind: 'done' | 'action_required' }>;

export interface HttpFailure {
  readonly provider: string;
  readonly status: number;
  /** The provider's own code, for instance `userRateLimitExceeded`. */
  readonly reason?: string;
  readonly retryAfter?: string | null;
  /** Did the request ask for a change? Decides whether a 5xx leaves its fate open. */
  readonly write: boolean;
}

const GOOGLE_BACK_OFF = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded']);
const LONGEST_WAIT_MS = 15 * 60_000;

/** Milliseconds to wait from a Retry-After header (RFC 9110 10.2.3: seconds or an HTTP date); clamped to 0 … 15 min. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header.trim()) * 1000 : Date.parse(header) - now;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds, 0), LONGEST_WAIT_MS);
}

export function answerForStatus(failure: HttpFailure): Failure {
  const { provider, status, reason } = failure;
  const fault = {
    code: `${provider}_${status}`,
    message: `${provider} answered ${status}${reason ? ` (${reason})` : ''}`,
  };
  const afterMs = retryAfterMs(failure.retryAfter, Date.now());
  const wait = afterMs === undefined ? {} : { afterMs };
  if (status === 429 || (status === 403 && reason !== undefined && GOOGLE_BACK_OFF.has(reason)))
    return { kind: 'try_again', because: 'rate_limited', fault, ...wait };
  if (status === 503 && failure.retryAfter)
    return { kind: 'try_again', because: 'unavailable', fault, ...wait };
  if (status === 408 || (status >= 500 && status !== 501))
    return failure.write
      ? { kind: 'unknown', fault }
      : { kind: 'try_again', because: 'unavailable', fault, ...wait };
  return { kind: 'refused', fault };
}

/** Errors that come before a connection exists: nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EGRESS_NOT_SENT',
]);

/** The code of a network error, looking through `cause` chains; by shape, since errors may come from another realm. */
export function networkCode(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    const { code, name, cause } = at as {
      readonly code?: unknown;
      readonly name?: unknown;
      readonly cause?: unknown;
    };
    if (typeof code === 'string') return code;
    if (name === 'AbortError' || name === 'TimeoutError') return 'timeout';
    at = cause;
  }
  return 'network_error';
}

/** The handshake failed, so nothing was sent; the next one will fail as well. */
const NO_TRUST =
  /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_|HOSTNAME_MISMATCH$)/;

/** For a request that threw. Messages are ours: a client's error may quote headers. */
export function answerForThrown(provider: string, error: unknown, write: boolean): Failure {
  const code = networkCode(error);
  const refused = refusalSentence(code);
  if (refused !== null)
    return {
      kind: 'refused',
      fault: { code: code.toLowerCase(), message: `nothing was sent to ${provider}: ${refused}` },
    };
  if (NO_TRUST.test(code))
    return {
      kind: 'refused',
      fault: {
        code: `${provider}_tls`,
        message: `nothing was sent to ${provider}: its certificate or TLS version cannot be trusted (${code}); check the address, or name its authority under egress.authorities`,
      },
    };
  const fault = {
    code: `${provider}_${code.toLowerCase()}`,
    message: `${provider} could not be reached or did not answer (${code})`,
  };
  if (NOT_SENT.has(code) || !write) return { kind: 'try_again', because: 'unavailable', fault };
  return { kind: 'unknown', fault };
}

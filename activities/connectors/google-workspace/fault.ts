/** What a failed request to Google means. Sentences are ours: the clients' errors quote requests and answers. */
import { answerForStatus, answerForThrown } from '../http-answer.ts';
import { isObject } from '../../../workflows/language/json.ts';
import { RequestFailed } from './transport.ts';

export type Failure = ReturnType<typeof answerForStatus>;

export interface Asked {
  /** Did the request ask for a change? A request for a token never does. */
  readonly write: boolean;
  readonly scopes: readonly string[];
  readonly subject: string;
}

const SCOPE_MISSING = new Set([
  'insufficientPermissions',
  'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  'unauthorized_client',
  'access_denied',
]);

export function refused(code: string, message: string): Failure {
  return { kind: 'refused', fault: { code: `google_${code}`, message } };
}

/** The HTTP status of a failed request; null when no answer came. */
export function statusOf(error: unknown): number | null {
  const response = (error as { readonly response?: { readonly status?: unknown } } | null)?.response;
  return typeof response?.status === 'number' ? response.status : null;
}

export function answerForGoogle(error: unknown, asked: Asked): Failure {
  const status = statusOf(error);
  if (status === null) {
    const cause = (error as { readonly cause?: unknown } | null)?.cause;
    return answerForThrown('google', cause instanceof RequestFailed ? cause : error, asked.write);
  }
  const { data, headers } = (error as { response: { data?: unknown; headers?: Headers } }).response;
  const reason = reasonOf(data);
  if (reason !== undefined && SCOPE_MISSING.has(reason)) return scopeMissing(asked);
  if (reason === 'invalid_grant')
    return refused(
      'invalid_grant',
      `google issues no token for ${asked.subject}: the account does not exist or is suspended, ` +
        'the service account key was withdrawn, or this machine’s clock is wrong',
    );
  return answerForStatus({
    provider: 'google',
    status,
    ...(reason === undefined ? {} : { reason }),
    retryAfter: headers?.get('retry-after') ?? null,
    write: asked.write,
  });
}

function scopeMissing(asked: Asked): Failure {
  return refused(
    'scope_missing',
    'google refused: the service account may not do this. In the Admin console, under Security, API controls, ' +
      `Domain-wide delegation, grant it ${asked.scopes.join(' and ')}`,
  );
}

/** `errors[].reason` of the older interfaces, `details[].reason` of the newer, `error` of the token endpoint. */
function reasonOf(data: unknown): string | undefined {
  if (!isObject(data)) return undefined;
  const error = data['error'];
  if (typeof error === 'string') return plain(error);
  if (!isObject(error)) return undefined;
  for (const list of [error['errors'], error['details']]) {
    if (!Array.isArray(list)) continue;
    const reason = (list as readonly unknown[]).map((entry) =>
      isObject(entry) ? plain(entry['reason']) : undefined,
    );
    const first = reason.find((text) => text !== undefined);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** Reasons are code words; anything else came from somewhere it should not have. */
function plain(text: unknown): string | undefined {
  return typeof text === 'string' && /^[A-Za-z_]{1,64}$/.test(text) ? text : undefined;
}

/**
 * For a call of several requests that stopped in the middle. Nothing may then be said to have been left
 * unchanged, so the call's fate is open and the action's own repeatability decides.
 */
export function afterChanges(failure: Failure, done: string): Failure {
  const { code, message } = failure.fault;
  return { kind: 'unknown', fault: { code, message: `${message}; before that, ${done}` } };
}

/** Errors as Google words them: the old list of reasons and, where it has one, the new status. */
import type { Json } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';

const STATUS: Readonly<Record<number, readonly [status: string, reason: string]>> = {
  400: ['INVALID_ARGUMENT', 'badRequest'],
  401: ['UNAUTHENTICATED', 'authError'],
  403: ['PERMISSION_DENIED', 'forbidden'],
  404: ['NOT_FOUND', 'notFound'],
  409: ['ALREADY_EXISTS', 'duplicate'],
  412: ['FAILED_PRECONDITION', 'conditionNotMet'],
  429: ['RESOURCE_EXHAUSTED', 'rateLimitExceeded'],
  500: ['INTERNAL', 'backendError'],
  503: ['UNAVAILABLE', 'backendError'],
};

export function errorReply(status: number, message: string, reason?: string, details?: Json): Reply {
  const [name, usual] = STATUS[status] ?? ['UNKNOWN', 'backendError'];
  const error = {
    code: status,
    message,
    errors: [{ message, domain: 'global', reason: reason ?? usual }],
    status: name,
    ...(details === undefined ? {} : { details: [details] }),
  };
  return { status, body: { error } };
}

/** A token is good, but not for this. */
export function scopeMissing(scopes: readonly string[]): Reply {
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    domain: 'googleapis.com',
    metadata: { service: 'simulated.googleapis.com' },
  };
  const message = 'Request had insufficient authentication scopes.';
  const challenge = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${scopes.join(' ')}"`;
  return {
    ...errorReply(403, message, 'insufficientPermissions', info),
    headers: { 'www-authenticate': challenge },
  };
}

export function tokenRefused(): Reply {
  const message =
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
    'authentication credential.';
  return {
    ...errorReply(401, message),
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  };
}

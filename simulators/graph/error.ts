/** Errors in Graph's own shape. */
import { randomUUID } from 'node:crypto';
import type { Reply } from '../serve.ts';

export function graphError(status: number, code: string, message: string): Reply {
  const requestId = randomUUID();
  return {
    status,
    headers: { 'request-id': requestId, 'client-request-id': requestId },
    body: {
      error: {
        code,
        message,
        innerError: {
          date: new Date().toISOString(),
          'request-id': requestId,
          'client-request-id': requestId,
        },
      },
    },
  };
}

export function noSuchUser(key: string): Reply {
  return graphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** Code Graph sends with a status when nothing more specific is known. */
export function usualCode(status: number): string {
  if (status === 401) return 'InvalidAuthenticationToken';
  if (status === 403) return 'Authorization_RequestDenied';
  if (status === 429) return 'TooManyRequests';
  if (status === 503) return 'serviceNotAvailable';
  if (status >= 500) return 'InternalServerError';
  return 'Request_BadRequest';
}

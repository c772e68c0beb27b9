/** The only place where an error becomes an ApplicationFailure. */
import { ApplicationFailure } from '@temporalio/common';
import { TryAgain } from './try-again.ts';

/**
 * Everything thrown is retried: what must not be repeated has come back as a value long before. Messages
 * of foreign errors stay in the worker's log; history gets their kind only, because a client library may
 * quote headers or bodies.
 */
export function failureOf(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof TryAgain)
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      ...(error.afterMs === undefined ? {} : { nextRetryDelay: error.afterMs }),
    });
  const kind = error instanceof Error ? error.name : typeof error;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return ApplicationFailure.create({
    type: 'Unavailable',
    message: `the worker could not do this now (${kind}${code}); it will try again`,
  });
}

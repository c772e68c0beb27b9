/** What a failed exchange with Graph means, in words that say what to do and never quote an answer. */
import { isObject } from '../../../workflows/language/json.ts';
import { answerForStatus, answerForThrown, networkCode } from '../http-answer.ts';
import type { Answer } from '../connector.ts';
import { parseBounded, type Received, type WhyUnreadable } from './transport.ts';

export const PROVIDER = 'microsoft-graph';

export type Failure = Exclude<Answer<never>, { readonly kind: 'done' | 'action_required' }>;
export type Got<T> = { readonly kind: 'got'; readonly value: T } | Failure;

/** A request as errors name it. */
export interface Asked {
  readonly method: string;
  /** Path below the version, without query. */
  readonly path: string;
  /** Permissions the running performance needs. */
  readonly scopes: readonly string[];
  /** Changes nothing, although its method is not GET. */
  readonly reads?: true;
}

/** For an answer outside 200 … 299. */
export function failureForStatus(asked: Asked, received: Received): Failure {
  const reason = reasonOf(received.text);
  const failure = answerForStatus({
    provider: PROVIDER,
    status: received.status,
    ...(reason === null ? {} : { reason }),
    retryAfter: received.headers.get('retry-after'),
    write: writes(asked),
  });
  return saying(failure, `${failure.fault.message} to ${name(asked)}${advice(asked, received.status)}`);
}

/** For a request that brought no answer at all. */
export function failureForThrown(asked: Asked, error: unknown): Failure {
  const failure = answerForThrown(PROVIDER, error, writes(asked));
  const how = networkCode(error);
  return saying(failure, `${PROVIDER} gave no answer to ${name(asked)} (${how})`);
}

function writes({ method, reads }: Asked): boolean {
  return method !== 'GET' && reads !== true;
}

export function refused(code: string, message: string): Failure {
  return { kind: 'refused', fault: { code, message } };
}

export function unavailable(code: string, message: string): Failure {
  return { kind: 'try_again', because: 'unavailable', fault: { code, message } };
}

/** For a read whose answer makes no sense. What is cut or garbled may come whole next time; a size limit will not. */
export function unreadable(asked: Asked, why: WhyUnreadable | 'not_expected'): Failure {
  const message = `${PROVIDER} answered ${name(asked)} with something that cannot be used (${why.replaceAll('_', ' ')})`;
  return why === 'not_json' || why === 'not_expected'
    ? unavailable(`${PROVIDER}_unreadable`, message)
    : refused(`${PROVIDER}_unreadable`, message);
}

/** What was to be deleted does not exist (any more). */
export function isGone(failure: Failure): boolean {
  return failure.fault.code === `${PROVIDER}_404` || failure.fault.code === `${PROVIDER}_410`;
}

/**
 * A refusal that comes after changes were already made. `refused` promises that nothing was changed, so the
 * call's fate is open until a repeat, which is harmless, has looked again.
 */
export function afterChanges(failure: Failure, changes: number): Failure {
  if (failure.kind !== 'refused' || changes === 0) return failure;
  const message = `${failure.fault.message}; ${changes} change(s) had been made before`;
  return { kind: 'unknown', fault: { code: failure.fault.code, message } };
}

function saying(failure: Failure, message: string): Failure {
  return { ...failure, fault: { code: failure.fault.code, message } };
}

function name(asked: Asked): string {
  return `${asked.method} ${asked.path}`.slice(0, 200);
}

function advice(asked: Asked, status: number): string {
  if (status === 401)
    return ': the application’s token was refused; check tenant, client id and client secret';
  if (status === 403) return `: grant the application ${asked.scopes.join(', ')} and consent to it`;
  if (status === 404)
    return ': check that the account exists under this user principal name and has a mailbox';
  return '';
}

/** The provider's own code. Only words pass: the message beside it may quote what was sent. */
function reasonOf(text: string | null): string | null {
  const parsed = parseBounded(text);
  if (parsed.kind !== 'json' || !isObject(parsed.value) || !isObject(parsed.value['error'])) return null;
  const { code } = parsed.value['error'];
  return typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,79}$/.test(code) ? code : null;
}

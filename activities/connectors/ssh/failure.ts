/**
 * What a failed exchange over SSH means for a call. One rule decides most of it: once a command that changes
 * something has been sent, whatever goes wrong leaves its fate open.
 */
import type { Answer } from '../connector.ts';

export type Failure = Exclude<Answer<never>, { readonly kind: 'done' | 'action_required' }>;
export type Got<T> = { readonly kind: 'got'; readonly value: T } | Failure;

export function got<T>(value: T): Got<T> {
  return { kind: 'got', value };
}

export function refused(code: string, message: string): Failure {
  return { kind: 'refused', fault: { code, message } };
}

export function unavailable(code: string, message: string): Failure {
  return { kind: 'try_again', because: 'unavailable', fault: { code, message } };
}

export function unknown(code: string, message: string): Failure {
  return { kind: 'unknown', fault: { code, message } };
}

/** After a change was sent nothing is merely refused or merely late: a repeat, which looks first, finds out. */
export function afterSending(failure: Failure, changeSent: boolean): Failure {
  if (!changeSent || failure.kind === 'unknown') return failure;
  const { code, message } = failure.fault;
  return unknown(code, `${message}; a change had been sent before`);
}

/** By the level that ssh2 gives its errors. Their messages stay here: a device writes into them what it likes. */
export function failureOfConnecting(target: string, error: unknown): Failure {
  const { level, code } = Object(error) as { readonly level?: unknown; readonly code?: unknown };
  if (level === 'client-authentication')
    return refused(
      'ssh_authentication',
      `${target} did not accept our credential; check user, key and password`,
    );
  if (level === 'client-timeout')
    return unavailable('ssh_timeout', `${target} did not finish the SSH handshake in time`);
  if (level === 'handshake' || level === 'protocol')
    return refused(
      'ssh_handshake',
      `no SSH session with ${target}: no algorithm in common, or it does not speak SSH; see its sshd settings`,
    );
  const word = typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? ` (${code})` : '';
  return unavailable(
    'ssh_unreachable',
    `${target} could not be reached over SSH${word}; check address and route`,
  );
}

export function hostKeyRefused(target: string, presented: string): Failure {
  return refused(
    'ssh_host_key',
    `${target} presented the host key ${presented}, which is not the one pinned in the configuration; ` +
      'find out whether the device was replaced before changing the pin',
  );
}

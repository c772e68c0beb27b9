/** One SSH connection: reached, recognised by its pinned host key, signed in. ssh2 is loaded with the first one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Client, ConnectConfig } from 'ssh2';
import type { CallContext } from '../connector.ts';
import { ALGORITHMS } from './algorithms.ts';
import { failureOfConnecting, got, hostKeyRefused, refused, unavailable, type Got } from './failure.ts';
import { nameOf, type SshTarget } from './target.ts';

const LONGEST_CONNECT_MS = 10_000;
const LONGEST_HANDSHAKE_MS = 15_000;
/** A greeting, a banner and the key exchange are a few kilobytes; a device that sends more is not one. */
const MOST_BYTES_BEFORE_SESSION = 256 * 1024;

/** Nothing has been sent to a shell when this fails. The caller ends the client. */
export async function connect(target: SshTarget, call: CallContext): Promise<Got<Client>> {
  const name = nameOf(target);
  const credential = await credentialOf(target, call);
  if (credential.kind !== 'got') return credential;
  const socket = await reach(target, call.signal);
  if (socket.kind !== 'got') return socket;
  const { default: ssh2 } = await import('ssh2');
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    let presented: string | null = null;
    let settled = false;
    const settle = (answer: Got<Client>): void => {
      if (settled) return;
      settled = true;
      call.signal.removeEventListener('abort', abort);
      socket.value.removeListener('data', count);
      if (answer.kind !== 'got') socket.value.destroy();
      resolve(answer);
    };
    const abort = (): void => settle(unavailable('ssh_cancelled', `the call to ${name} was given up`));
    const count = (): void => {
      if (socket.value.bytesRead > MOST_BYTES_BEFORE_SESSION)
        settle(
          refused('ssh_banner', `${name} sent more before signing in than any device does; nothing was sent`),
        );
    };
    client
      .on('ready', () => settle(got(client)))
      // Stays for the life of the client: an error without a listener would end the process.
      .on('error', (error: unknown) =>
        settle(presented === null ? failureOfConnecting(name, error) : hostKeyRefused(name, presented)),
      )
      .on('close', () =>
        settle(unavailable('ssh_closed', `${name} closed the connection before signing in`)),
      );
    call.signal.addEventListener('abort', abort, { once: true });
    try {
      client.connect({
        ...credential.value,
        sock: socket.value,
        username: target.user,
        algorithms: ALGORITHMS,
        readyTimeout: LONGEST_HANDSHAKE_MS,
        keepaliveInterval: 5_000,
        keepaliveCountMax: 3,
        agentForward: false,
        hostVerifier: (key: Buffer) => {
          const found = fingerprintOf(key);
          if (same(found, target.hostKey)) return true;
          presented = found;
          return false;
        },
      });
      socket.value.on('data', count);
    } catch {
      // ssh2 throws for a key it cannot read, and may quote it.
      settle(
        refused(
          'ssh_key_unreadable',
          `the private key for ${name} cannot be used; store an unencrypted OpenSSH key`,
        ),
      );
    }
  });
}

async function credentialOf(
  target: SshTarget,
  call: CallContext,
): Promise<Got<Pick<ConnectConfig, 'privateKey' | 'password' | 'authHandler'>>> {
  const { credential } = target;
  try {
    const value = await call.secret(credential.reference, nameOf(target));
    return got(
      credential.kind === 'key'
        ? { privateKey: value, authHandler: ['publickey'] }
        : { password: value, authHandler: ['password'] },
    );
  } catch {
    return refused(
      'secret_unavailable',
      `${credential.reference} could not be read; check the secret source`,
    );
  }
}

function reach(target: SshTarget, signal: AbortSignal): Promise<Got<Socket>> {
  const name = nameOf(target);
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(unavailable('ssh_cancelled', `the call to ${name} was given up`));
    const socket = connectTcp({ host: target.host, port: target.port, noDelay: true });
    const give = (answer: Got<Socket>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners('connect').removeAllListeners('error');
      // Until ssh2 listens itself.
      socket.on('error', () => undefined);
      if (answer.kind !== 'got') socket.destroy();
      resolve(answer);
    };
    const abort = (): void => give(unavailable('ssh_cancelled', `the call to ${name} was given up`));
    const timer = setTimeout(
      () => give(unavailable('ssh_timeout', `${name} did not answer; check address, route and port`)),
      LONGEST_CONNECT_MS,
    );
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => give(got(socket)));
    socket.once('error', (error) => give(failureOfConnecting(name, error)));
  });
}

/** As `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

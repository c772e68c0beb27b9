/** Asks a device of the site over its own SSH, as whoever runs it would: what it prints is what it is. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import ssh2 from 'ssh2';
import type { Reachable } from '../reachable.ts';

/** Rejects when the device is not the one that was started, or does not answer. */
export function ask(
  { host, port, user, hostKey, clientKey }: Reachable,
  ...lines: readonly string[]
): Promise<readonly string[]> {
  const client = new ssh2.Client();
  return new Promise<readonly string[]>((resolve, reject) => {
    client
      .on('error', reject)
      .on('ready', () => {
        Promise.all(lines.map((line) => printed(client, line))).then(resolve, reject);
      })
      .connect({
        host,
        port,
        username: user,
        privateKey: clientKey,
        hostVerifier: (key: Buffer) => fingerprint(key) === hostKey,
      });
  }).finally(() => client.end());
}

function printed(client: ssh2.Client, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => {
      if (error !== undefined) return reject(error);
      const parts: Buffer[] = [];
      channel.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
      channel.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
      channel.end();
    });
  });
}

export function fingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

/** Whether something listens there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).setTimeout(2_000, end(false));
  });
}

/** A real OpenSSH server on loopback, for root, in front of one device of a lab. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Reachable } from '../reachable.ts';
import type { Lab } from './lab.ts';
import { whereIs } from './programs.ts';

export interface SshServer extends Reachable {
  /** The device's own; `$1` in the text that prepares it. */
  readonly folder: string;
}

export interface SshServerOptions {
  /** Commands run within this network; the server itself stays on loopback. */
  readonly within?: string;
  /** A variable that commands are given. */
  readonly variable?: string;
  /** Shell text that prepares the device's own mounts and starts its programs. `$1` is its folder. */
  readonly prepare?: string;
  /** Besides the key, a password that was set on the device opens it. */
  readonly passwords?: boolean;
}

/** The device sees its own processes only. */
export async function startSshServer(
  lab: Lab,
  name: string,
  options: SshServerOptions = {},
): Promise<SshServer> {
  const folder = lab.folder(name);
  const port = await freePort();
  const keys = await makeKeys(lab, folder);
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/client.pub`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    `PasswordAuthentication ${options.passwords === true ? 'yes' : 'no'}`,
    'KbdInteractiveAuthentication no',
    ...(options.variable === undefined ? [] : [`SetEnv ${options.variable}`]),
    ...(options.within === undefined
      ? []
      : [`ForceCommand exec ip netns exec ${options.within} sh -c "$SSH_ORIGINAL_COMMAND"`]),
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  const server = `exec ${whereIs('sshd') ?? 'sshd'} -D -e -f "$1/sshd_config" 2>"$1/sshd.log"`;
  startDevice(lab, `${options.prepare ?? ':'}\n${server}`, folder);
  await lab.until(`${name}'s SSH server`, () => speaks(port));
  return { folder, ...reachableAt(folder, port, keys) };
}

/** Root has a home and a plain shell of the device's own, so that no settings of a person here act there. */
const HOME = `mkdir -p "$1/home" &&
sed "s|^root:.*|root:x:0:0:root:$1/home:/bin/sh|" /etc/passwd >"$1/passwd" &&
mount --bind "$1/passwd" /etc/passwd || exit 1
export HOME="$1/home"
`;

/** Runs a shell text as the first process of a device with mounts of its own. `$1` is the folder. */
export function startDevice(lab: Lab, text: string, folder: string, within?: string): void {
  const alone = ['-m', '-p', '-f', '--kill-child', '--mount-proc'];
  const device = [...alone, 'sh', '-c', `${HOME}${text}`, 'device', folder];
  if (within === undefined) lab.keep('unshare', device);
  else lab.keep('ip', ['netns', 'exec', within, 'unshare', ...device]);
}

export interface Keys {
  readonly hostKey: string;
  readonly clientKey: string;
}

/** Leaves `host`, `client` and their public halves in the folder. */
export async function makeKeys(lab: Lab, folder: string): Promise<Keys> {
  for (const name of ['host', 'client'])
    await lab.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  return {
    hostKey: await fingerprintIn(lab, join(folder, 'host.pub')),
    clientKey: readFileSync(join(folder, 'client'), 'utf8'),
  };
}

export async function fingerprintIn(lab: Lab, file: string): Promise<string> {
  const [, fingerprint = ''] = (await lab.run('ssh-keygen', ['-lf', file])).split(' ');
  return fingerprint;
}

export function reachableAt(folder: string, port: number, keys: Keys): Reachable {
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  return { host: '127.0.0.1', port, user: 'root', ...keys, stateFolder };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** An SSH server speaks first; what merely stands in front of a dead one does not. */
export function speaks(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (spoke: boolean): void => {
      socket.destroy();
      resolve(spoke);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once('data', () => end(true));
    socket.once('close', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** Real device software on this machine: on loopback, in network and mount namespaces, taken down afterwards. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, test } from '@jest/globals';
import type { SshTarget } from '../../activities/connectors/ssh/target.ts';
import type { Vault } from '../connectors/device/world.ts';

/**
 * A test of real devices. Without root or one of the programs it is skipped and its name says why; where CI is
 * set it fails instead, so that nobody takes a skipped lab for a passed one.
 */
export function deviceTest(name: string, programs: readonly string[], body: () => Promise<void>): void {
  const why = missing(programs);
  if (why === null) test(name, body, 120_000);
  else if (process.env['CI'] === 'true')
    test(name, () => {
      throw new Error(`cannot run: ${why}; see test/devices/install.sh`);
    });
  else test.skip(`${name} — cannot run: ${why}`, body);
}

export function missing(programs: readonly string[]): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux';
  const absent = programs.filter((one) => which(one) === null);
  return absent.length === 0 ? null : `not installed: ${absent.join(', ')}`;
}

export function which(program: string): string | null {
  const folders = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/lib/frr'];
  return folders.map((one) => join(one, program)).find((one) => existsSync(one)) ?? null;
}

const running: ChildProcess[] = [];
const spaces: string[] = [];
const folders: string[] = [];

afterAll(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await wait(100);
  for (const space of spaces.splice(0)) run('ip', ['netns', 'delete', space]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cordon-lab-'));
  folders.push(made);
  return made;
}

/** Output of a program that must succeed. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

export function succeeds(program: string, args: readonly string[]): boolean {
  try {
    run(program, args);
    return true;
  } catch {
    return false;
  }
}

/** A program that runs until the tests of the file are over. */
export function keep(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  running.push(child);
  return child;
}

export function namespace(name: string): string {
  const full = `cordon-${name}${spaces.length}-${process.pid}`;
  run('ip', ['netns', 'add', full]);
  spaces.push(full);
  run('ip', ['-n', full, 'link', 'set', 'lo', 'up']);
  return full;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 15_000,
): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await holds()) return;
    await wait(100);
  }
  throw new Error(`${what} did not come about`);
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(1000, () => end(false));
    // An SSH server speaks first; a relay in front of a dead one does not.
    socket.once('data', () => end(true));
    socket.once('close', () => end(false));
    socket.once('error', () => end(false));
  });
}

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  target(vault: Vault, over?: Partial<SshTarget>): SshTarget;
}

export interface SshdOptions {
  /** Commands run within this network namespace; the server itself stays on loopback. */
  readonly within?: string;
  readonly setEnv?: string;
  /** It sees this machine's processes, not only its own. */
  readonly samePids?: boolean;
  /** Shell text that prepares a mount namespace of the server's own. `$1` is its folder. */
  readonly prepare?: string;
}

/** A real OpenSSH server on 127.0.0.1 with keys of its own, for root. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const at = folder();
  const port = await freePort();
  const keys = makeKeys(at);
  mkdirSync('/run/sshd', { recursive: true });
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at}/host`,
    `AuthorizedKeysFile ${at}/client.pub`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    ...(options.setEnv === undefined ? [] : [`SetEnv ${options.setEnv}`]),
    ...(options.within === undefined
      ? []
      : [`ForceCommand exec ip netns exec ${options.within} sh -c "$SSH_ORIGINAL_COMMAND"`]),
  ];
  writeFileSync(join(at, 'sshd_config'), `${config.join('\n')}\n`);
  const start = `${options.prepare ?? ':'}\nexec /usr/sbin/sshd -D -e -f "$1/sshd_config" 2>"$1/sshd.log"`;
  const own = options.samePids === true ? [] : ['-p', '-f', '--kill-child', '--mount-proc'];
  keep('unshare', ['-m', ...own, 'sh', '-c', start, 'lab', at]);
  await until('sshd', () => answers(port));
  return { folder: at, port, target: targetMaker(keys, port, at) };
}

export interface Keys {
  readonly hostKey: string;
  readonly clientKey: string;
}

export function makeKeys(at: string): Keys {
  for (const name of ['host', 'client'])
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(at, name)]);
  const [, hostKey = ''] = run('ssh-keygen', ['-lf', join(at, 'host.pub')]).split(' ');
  return { hostKey, clientKey: readFileSync(join(at, 'client'), 'utf8') };
}

export function targetMaker({ hostKey, clientKey }: Keys, port: number, at: string): Sshd['target'] {
  return (vault, over = {}) => ({
    host: '127.0.0.1',
    port,
    user: 'root',
    hostKey,
    credential: { kind: 'key', reference: vault.keep(clientKey) },
    stateFolder: join(at, 'state'),
    ...over,
  });
}

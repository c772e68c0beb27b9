/**
 * A simulated device: a real SSH server on 127.0.0.1 in front of a machine that keeps state. It runs no shell and
 * touches nothing of the computer it is on. Its keys and its password are made anew with every start.
 */
import { randomBytes } from 'node:crypto';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { createEffectLog, type EffectLog } from '../effect-log.ts';
import type { Reachable } from '../reachable.ts';
import type { Effect } from '../simulator.ts';
import { fingerprint } from './ask.ts';
import { strike, type DeviceFault } from './faults.ts';
import type { Machine, Tell } from './machine.ts';
import { socketOf } from './socket.ts';
import { makeKey } from './keys.ts';
import { createShell, type Shell } from './shell.ts';

export interface SimulatedDevice extends Reachable {
  readonly password: string;
  /** Lines that were asked for, in order, without what they were given on standard input. */
  lines(): readonly string[];
  effects(): readonly Effect[];
  /** Faults strike in the order in which they were given. */
  fault(fault: DeviceFault): void;
  close(): Promise<void>;
}

export interface DeviceOptions {
  readonly port?: number;
  readonly effects?: EffectLog;
  /** Whether it can be reached at present; a wrong access rule may say no. Default: always. */
  readonly admits?: () => boolean;
  /** Shown before anyone signs in. */
  readonly banner?: string;
}

/** `build` makes the machine; it is told where to report changes. */
export async function startDevice(
  build: (tell: Tell) => Machine,
  options: DeviceOptions = {},
): Promise<SimulatedDevice> {
  const effects = options.effects ?? createEffectLog();
  const tell: Tell = (what) =>
    effects.append({ method: 'SSH', path: machine.name, account: machine.name, what });
  const machine = build(tell);
  const shell = createShell(machine, tell);
  const host = makeKey();
  const client = makeKey();
  const password = randomBytes(18).toString('base64url');
  const waiting: { readonly fault: DeviceFault; left: number }[] = [];
  const lines: string[] = [];
  const take = (line: string): DeviceFault | null => {
    const at = waiting.findIndex(({ fault }) => line.includes(fault.match));
    const found = waiting[at];
    if (found === undefined) return null;
    found.left -= 1;
    if (found.left <= 0) waiting.splice(at, 1);
    return found.fault;
  };
  const open = new Set<Connection>();
  const banner = options.banner === undefined ? {} : { banner: options.banner };
  const server = new ssh2.Server({ hostKeys: [host.private], ...banner }, (connection) => {
    if (options.admits?.() === false) return void socketOf(connection).destroy();
    open.add(connection);
    socketOf(connection).setNoDelay(true);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => undefined);
    connection.on('authentication', (asked) => decide(asked, USER, client.public, password));
    serve(connection, shell, lines, take);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    host: '127.0.0.1',
    port: (server.address() as { readonly port: number }).port,
    user: USER,
    hostKey: fingerprint(host.public),
    clientKey: client.private,
    password,
    lines: () => [...lines],
    effects: () => effects.all(),
    fault: (fault) => void waiting.push({ fault, left: fault.times }),
    close: () =>
      new Promise((resolve) => {
        shell.close();
        server.close(() => resolve());
        for (const one of open) one.end();
      }),
  };
}

const USER = 'cordon';

function decide(asked: AuthContext, user: string, publicKey: Buffer, password: string): void {
  if (asked.username !== user) return asked.reject();
  if (asked.method === 'password') return asked.password === password ? asked.accept() : asked.reject();
  if (asked.method !== 'publickey') return asked.reject();
  const allowed = ssh2.utils.parseKey(publicKey);
  if (allowed instanceof Error) return asked.reject();
  const known = asked.key.data.equals(publicKey);
  // Without a signature the client only asks whether the key would do.
  const proven =
    asked.signature === undefined ||
    (asked.blob !== undefined && allowed.verify(asked.blob, asked.signature, asked.hashAlgo));
  if (known && proven) asked.accept();
  else asked.reject();
}

function serve(
  connection: Connection,
  shell: Shell,
  lines: string[],
  take: (line: string) => DeviceFault | null,
): void {
  connection.on('ready', () => {
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        lines.push(command);
        const channel = acceptExec();
        void answer(connection, channel, shell, command, take(command));
      });
    });
  });
}

async function answer(
  connection: Connection,
  channel: ServerChannel,
  shell: Shell,
  line: string,
  fault: DeviceFault | null,
): Promise<void> {
  const parts: Buffer[] = [];
  channel.on('error', () => undefined);
  for await (const part of channel as AsyncIterable<Buffer>) parts.push(part);
  const input = Buffer.concat(parts).toString('utf8');
  if (fault !== null) return strike(fault, connection, channel, () => shell.run(line, input));
  const { code, stdout } = shell.run(line, input);
  channel.write(stdout);
  channel.exit(code);
  channel.end();
}

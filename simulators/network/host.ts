/** A Linux device with an intruder's program on it, in the device's own network, and the log that shows it. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ask } from '../device/ask.ts';
import type { Lab } from './lab.ts';
import { startSshServer, type SshServer } from './ssh-server.ts';

export interface Intruder {
  readonly pid: number;
  readonly path: string;
  /** Seconds. */
  readonly start_time: number;
  readonly cmdline: string;
}

export interface RealHost extends SshServer {
  readonly intruder: Intruder;
  /** Where osquery would keep its log. */
  readonly logs: string;
  /** Whether the intruder's program runs, as the device itself says. */
  isInfected(): Promise<boolean>;
}

const BEACON = '#!/bin/sh\nwhile :; do sleep 1; done\n';

/** `within`: the network of the device, which is this machine's own where it is absent. */
export async function startHost(
  lab: Lab,
  device: string,
  domain: string,
  within?: string,
): Promise<RealHost> {
  const hidden = join(lab.folder('intruder'), '.x');
  mkdirSync(hidden);
  // A shell under another name: its command line may say whatever an intruder's would.
  const path = join(hidden, 'kworkerd');
  copyFileSync(realpathSync('/bin/sh'), path);
  chmodSync(path, 0o755);
  writeFileSync(join(hidden, 'beacon'), BEACON);
  const args = [join(hidden, 'beacon'), '--url', `beacon.${domain}:443`];
  const network = within === undefined ? '' : `ip netns exec ${within} `;
  const prepare = [
    `${network}"${path}" ${args.map((one) => `"${one}"`).join(' ')} </dev/null >/dev/null 2>&1 &`,
    'echo $! >"$1/intruder.pid.new" && mv "$1/intruder.pid.new" "$1/intruder.pid"',
  ].join('\n');
  const start_time = Math.round(Date.now() / 1000);
  const inside = within === undefined ? {} : { within };
  const server = await startSshServer(lab, 'host', { ...inside, prepare });
  const file = join(server.folder, 'intruder.pid');
  await lab.until('the intruder’s program', () => existsSync(file));
  const intruder = {
    pid: Number(readFileSync(file, 'utf8')),
    path,
    start_time,
    cmdline: [path, ...args].join(' '),
  };
  const logs = lab.folder('osquery');
  writeFileSync(join(logs, 'osqueryd.results.log'), logOf(device, intruder));
  const isInfected = async (): Promise<boolean> => {
    const [running = ''] = await ask(server, 'ps -eww -o args=');
    return running.split('\n').some((line) => line.startsWith(`${path} `));
  };
  await lab.until('the intruder’s program', isInfected);
  return { ...server, intruder, logs, isInfected };
}

/** What osquery would have logged of it. */
export function logOf(device: string, { pid, path, start_time, cmdline }: Intruder): string {
  const columns = { pid: String(pid), path, start_time: String(start_time), cmdline, on_disk: '1' };
  return `${JSON.stringify({ name: 'processes', hostIdentifier: device, action: 'added', columns })}\n`;
}

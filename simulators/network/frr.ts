/** A real router that runs FRR. `vtysh` on it is its terminal. */
import { ask } from '../device/ask.ts';
import type { Lab } from './lab.ts';
import { startSshServer, type SshServer } from './ssh-server.ts';

export interface FrrRouter extends SshServer {
  /** As FRR itself prints it, over the router's own SSH. */
  runningConfig(): Promise<string>;
  /** Whether its terminal says a word to who comes over the network. */
  greets(): Promise<boolean>;
}

const NETWORK = 'frr';
const TERMINAL_PORT = 2601;

const PREPARE = `set -e
cp -a /etc /run/frr-etc
mount --bind /run/frr-etc /etc
mkdir -p /run/frr
mount -t tmpfs tmpfs /run/frr
chown frr:frr /run/frr
: >/etc/frr/vtysh.conf
: >/etc/frr/frr.conf
chown -R frr:frr /etc/frr
for one in zebra staticd; do ip netns exec ${NETWORK} /usr/lib/frr/$one -d -A 127.0.0.1 >/dev/null 2>&1; done`;

/** Its `/etc` is a copy in the lab's own memory: a password that is changed there is not this machine's. */
export async function startFrr(lab: Lab): Promise<FrrRouter> {
  await lab.network(NETWORK);
  const server = await startSshServer(lab, 'frr', { prepare: PREPARE, passwords: true });
  const runningConfig = async (): Promise<string> => {
    const [printed = ''] = await ask(server, "vtysh -c 'show running-config'");
    return printed;
  };
  await lab.until('FRR', async () => (await runningConfig()).includes('\nfrr version '));
  const hear = `exec 3<>/dev/tcp/127.0.0.1/${TERMINAL_PORT} && read -t 4 -u 3 -n 1`;
  const greets = () => lab.succeeds('ip', ['netns', 'exec', NETWORK, 'bash', '-c', hear]);
  return { ...server, runningConfig, greets };
}

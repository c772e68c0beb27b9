/** A real router that runs FRR. `vtysh` on it is its terminal. */
import { ask } from '../device/ask.ts';
import type { Lab } from './lab.ts';
import { startSshServer, type SshServer } from './ssh-server.ts';

export interface FrrRouter extends SshServer {
  /** As FRR itself prints it, over the router's own SSH. */
  runningConfig(): Promise<string>;
}

const PREPARE = `set -e
cp -a /etc /run/frr-etc
mount --bind /run/frr-etc /etc
mkdir -p /run/frr
mount -t tmpfs tmpfs /run/frr
chown frr:frr /run/frr
: >/etc/frr/vtysh.conf
: >/etc/frr/frr.conf
chown -R frr:frr /etc/frr
unshare -n sh -c 'ip link set lo up; /usr/lib/frr/zebra -d -A 127.0.0.1; /usr/lib/frr/staticd -d -A 127.0.0.1' >/dev/null 2>&1`;

/** Its `/etc` is a copy in the lab's own memory: a password that is changed there is not this machine's. */
export async function startFrr(lab: Lab): Promise<FrrRouter> {
  const server = await startSshServer(lab, 'frr', { prepare: PREPARE, passwords: true });
  const runningConfig = async (): Promise<string> => {
    const [printed = ''] = await ask(server, "vtysh -c 'show running-config'");
    return printed;
  };
  await lab.until('FRR', async () => (await runningConfig()).includes('\nfrr version '));
  return { ...server, runningConfig };
}

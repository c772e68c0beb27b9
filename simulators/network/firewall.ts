/** A real packet filter between a device and whoever it talks to: a set of addresses, and the rule that drops them. */
import type { Lab } from './lab.ts';
import { plug } from './segment.ts';
import { startSshServer, type SshServer } from './ssh-server.ts';

/** The device's address, and the firewall's own on the same cable. */
export const DEVICE = '10.98.0.5';
export const WALL = '10.98.0.1';

export const QUARANTINE = { family: 'inet', table: 'cordon', set: 'quarantine' } as const;

export interface RealFirewall extends SshServer {
  /** The network of the device. */
  readonly device: string;
  nft(text: string): Promise<string>;
}

export async function startFirewall(lab: Lab): Promise<RealFirewall> {
  const [wall, device] = [await lab.network('firewall'), await lab.network('device')];
  await plug(
    lab,
    { network: wall, link: 'eth0', addresses: [`${WALL}/24`] },
    { network: device, link: 'eth0', addresses: [`${DEVICE}/24`] },
  );
  const nft = (text: string): Promise<string> => lab.run('ip', ['netns', 'exec', wall, 'nft', text]);
  const { family, table, set } = QUARANTINE;
  await nft(`add table ${family} ${table}`);
  await nft(`add set ${family} ${table} ${set} { type ipv4_addr; }`);
  await nft(`add chain ${family} ${table} in { type filter hook input priority 0; }`);
  await nft(`add rule ${family} ${table} in ip saddr @${set} drop`);
  return { ...(await startSshServer(lab, 'wall', { within: wall })), device, nft };
}

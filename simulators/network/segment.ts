/** Cables and addresses between the networks of a lab, and what is seen over them. */
import type { Lab } from './lab.ts';

export interface End {
  readonly network: string;
  readonly link: string;
  /** None for a port of a switch. */
  readonly addresses: readonly string[];
}

/** A cable between two networks. */
export async function plug(lab: Lab, near: End, far: End): Promise<void> {
  const peer = ['type', 'veth', 'peer', 'name', far.link, 'netns', far.network];
  await lab.run('ip', ['-n', near.network, 'link', 'add', near.link, ...peer]);
  for (const { network, link, addresses } of [near, far]) {
    for (const address of addresses)
      await lab.run('ip', ['-n', network, 'addr', 'add', address, 'dev', link]);
    await lab.run('ip', ['-n', network, 'link', 'set', link, 'up']);
  }
}

/** Whether one of a few echo requests is answered. */
export function pings(lab: Lab, from: string, to: string, source?: string): Promise<boolean> {
  const bound = source === undefined ? [] : ['-I', source];
  const few = ['-c', '2', '-i', '0.2', '-W', '1'];
  return lab.succeeds('ip', ['netns', 'exec', from, 'ping', ...few, ...bound, to]);
}

/** Whether something takes a connection there. What is dropped on the way is given four seconds. */
export function connects(lab: Lab, from: string, to: string, port: number): Promise<boolean> {
  const knock = ['timeout', '4', 'bash', '-c', `exec 3<>/dev/tcp/${to}/${port}`];
  return lab.succeeds('ip', ['netns', 'exec', from, ...knock]);
}

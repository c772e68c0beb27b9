/** A real Open vSwitch with a device and its neighbour in one VLAN. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { plug } from './segment.ts';
import { startSshServer, type SshServer } from './ssh-server.ts';

/** The device's port, and the address of its neighbour. */
export const PORT = 'vnet3';
export const NEIGHBOUR = '10.99.0.4';

export interface RealSwitch extends SshServer {
  /** Networks of the device and of its neighbour. */
  readonly device: string;
  readonly neighbour: string;
  vsctl(...args: readonly string[]): Promise<string>;
}

export async function startSwitch(lab: Lab): Promise<RealSwitch> {
  const at = lab.folder('open-vswitch');
  const [fabric, device, neighbour] = [
    await lab.network('fabric'),
    await lab.network('device'),
    await lab.network('neighbour'),
  ];
  const env = { OVS_RUNDIR: at, OVS_DBDIR: at, OVS_LOGDIR: at };
  const quietly = ['--log-file=/dev/null', '-vconsole:off'];
  await lab.run(
    'ovsdb-tool',
    ['create', join(at, 'conf.db'), '/usr/share/openvswitch/vswitch.ovsschema'],
    env,
  );
  lab.keep('ovsdb-server', [join(at, 'conf.db'), `--remote=punix:${at}/db.sock`, ...quietly], env);
  await lab.until('the database of the switch', () => existsSync(join(at, 'db.sock')));
  lab.keep('ip', ['netns', 'exec', fabric, 'ovs-vswitchd', `unix:${at}/db.sock`, ...quietly], env);
  const vsctl = (...args: readonly string[]): Promise<string> =>
    lab.run('ovs-vsctl', ['--timeout=10', ...args], env);
  await vsctl('--no-wait', 'init');
  await vsctl('add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev');
  for (const [network, link, address] of [
    [device, PORT, '10.99.0.3/24'],
    [neighbour, 'vnet4', `${NEIGHBOUR}/24`],
  ] as const) {
    await plug(
      lab,
      { network: fabric, link, addresses: [] },
      { network, link: 'eth0', addresses: [address] },
    );
    await vsctl('add-port', 'br0', link, 'tag=10');
  }
  const server = await startSshServer(lab, 'switch', { variable: `OVS_RUNDIR=${at}` });
  return { ...server, device, neighbour, vsctl };
}

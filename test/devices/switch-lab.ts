/** A real Open vSwitch with two neighbours in one VLAN, and the SSH server it is reached by. */
import { join } from 'node:path';
import { folder, keep, namespace, run, startSshd, succeeds, until, type Sshd } from './lab.ts';

export const SWITCH_PROGRAMS = [
  'sshd',
  'ip',
  'ping',
  'ovs-vsctl',
  'ovs-vswitchd',
  'ovsdb-server',
  'ovsdb-tool',
] as const;
/** The device's port, and the address of its neighbour. */
export const PORT = 'vnet3';
export const NEIGHBOUR = '10.99.0.4';

export interface SwitchLab {
  /** Network namespace of the device. */
  readonly device: string;
  readonly sshd: Sshd;
  vsctl(...args: readonly string[]): string;
}

export function pings(space: string, address: string): boolean {
  return succeeds('ip', ['netns', 'exec', space, 'ping', '-c', '1', '-W', '1', address]);
}

export async function startSwitch(): Promise<SwitchLab> {
  const at = folder();
  const [fabric, device, neighbour] = [namespace('sw'), namespace('dev'), namespace('nb')] as const;
  const env = { OVS_RUNDIR: at, OVS_DBDIR: at, OVS_LOGDIR: at };
  run('ovsdb-tool', ['create', join(at, 'conf.db'), '/usr/share/openvswitch/vswitch.ovsschema'], env);
  keep(
    'ovsdb-server',
    [join(at, 'conf.db'), `--remote=punix:${at}/db.sock`, '--log-file=/dev/null', '-vconsole:off'],
    env,
  );
  await until('the database', () => succeeds('test', ['-S', `${at}/db.sock`]));
  keep(
    'ip',
    ['netns', 'exec', fabric, 'ovs-vswitchd', `unix:${at}/db.sock`, '--log-file=/dev/null', '-vconsole:off'],
    env,
  );
  const vsctl = (...args: readonly string[]) => run('ovs-vsctl', ['--timeout=10', ...args], env);
  vsctl('--no-wait', 'init');
  vsctl('add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev');
  for (const [space, port, address] of [
    [device, PORT, '10.99.0.3/24'],
    [neighbour, 'vnet4', `${NEIGHBOUR}/24`],
  ] as const) {
    run('ip', ['-n', fabric, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space]);
    run('ip', ['-n', fabric, 'link', 'set', port, 'up']);
    run('ip', ['-n', space, 'addr', 'add', address, 'dev', 'eth0']);
    run('ip', ['-n', space, 'link', 'set', 'eth0', 'up']);
    vsctl('add-port', 'br0', port, 'tag=10');
  }
  const sshd = await startSshd({ setEnv: `OVS_RUNDIR=${at}` });
  return { device, sshd, vsctl };
}

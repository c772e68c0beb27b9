import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { createNetwork } from '../../activities/connectors/network/index.ts';
import { callWith, createVault, doneOf, perform, undo } from '../connectors/device/world.ts';
import {
  deviceTest,
  folder,
  freePort,
  keep,
  namespace,
  run,
  startSshd,
  succeeds,
  until,
  which,
} from './lab.ts';

const vault = createVault();
const NOTHING = { switches: [], firewalls: [], resolvers: [] };
const ISOLATE = { device_id: 'host-0042', vlan_id: 666 };
const other = () => callWith(vault, { key: 'e'.repeat(64) });

function pings(space: string, address: string): boolean {
  return succeeds('ip', ['netns', 'exec', space, 'ping', '-c', '1', '-W', '1', address]);
}

describe('a real switch, firewall and resolver', () => {
  deviceTest(
    'Open vSwitch: the isolated port carries no more frames to its neighbour, and does again after undo',
    ['sshd', 'ip', 'ping', 'ovs-vsctl', 'ovs-vswitchd', 'ovsdb-server', 'ovsdb-tool'],
    async () => {
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
        [
          'netns',
          'exec',
          fabric,
          'ovs-vswitchd',
          `unix:${at}/db.sock`,
          '--log-file=/dev/null',
          '-vconsole:off',
        ],
        env,
      );
      const vsctl = (...args: readonly string[]) => run('ovs-vsctl', ['--timeout=10', ...args], env);
      vsctl('--no-wait', 'init');
      vsctl('add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev');
      for (const [space, port, address] of [
        [device, 'vnet3', '10.99.0.3/24'],
        [neighbour, 'vnet4', '10.99.0.4/24'],
      ] as const) {
        run('ip', [
          '-n',
          fabric,
          'link',
          'add',
          port,
          'type',
          'veth',
          'peer',
          'name',
          'eth0',
          'netns',
          space,
        ]);
        run('ip', ['-n', fabric, 'link', 'set', port, 'up']);
        run('ip', ['-n', space, 'addr', 'add', address, 'dev', 'eth0']);
        run('ip', ['-n', space, 'link', 'set', 'eth0', 'up']);
        vsctl('add-port', 'br0', port, 'tag=10');
      }
      await until('the first ping', () => pings(device, '10.99.0.4'));
      const sshd = await startSshd({ setEnv: `OVS_RUNDIR=${at}` });
      const network = createNetwork({
        ...NOTHING,
        switches: [{ ssh: sshd.target(vault), ports: { 'host-0042': 'vnet3' } }],
      });
      const done = doneOf(await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault)));
      expect(done.output).toEqual({ isolated: true, previous_vlan: 10 });
      expect(pings(device, '10.99.0.4')).toBe(false);
      const again = doneOf(
        await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault, { attempt: 2 })),
      );
      expect(again).toEqual(done);
      expect(await undo(network, 'NetworkIsolate', done.undo, callWith(vault))).toMatchObject({
        kind: 'done',
        output: { changed: true },
      });
      await until('the ping after undo', () => pings(device, '10.99.0.4'));
      expect(await undo(network, 'NetworkIsolate', done.undo, other())).toMatchObject({
        kind: 'done',
        output: { changed: false },
      });
    },
  );

  deviceTest(
    'nftables: packets of the isolated address are dropped, and pass again after undo',
    ['sshd', 'ip', 'ping', 'nft'],
    async () => {
      const [wall, device] = [namespace('fw'), namespace('dev2')] as const;
      run('ip', ['-n', wall, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', device]);
      for (const [space, address] of [
        [wall, '10.98.0.1/24'],
        [device, '10.98.0.5/24'],
      ] as const) {
        run('ip', ['-n', space, 'addr', 'add', address, 'dev', 'eth0']);
        run('ip', ['-n', space, 'link', 'set', 'eth0', 'up']);
      }
      const nft = (text: string) => run('ip', ['netns', 'exec', wall, 'nft', text]);
      nft('add table inet cordon');
      nft('add set inet cordon quarantine { type ipv4_addr; }');
      nft('add chain inet cordon in { type filter hook input priority 0; }');
      nft('add rule inet cordon in ip saddr @quarantine drop');
      await until('the first ping', () => pings(device, '10.98.0.1'));
      const sshd = await startSshd({ within: wall });
      const firewall = {
        ssh: sshd.target(vault),
        family: 'inet' as const,
        table: 'cordon',
        set: 'quarantine',
        addresses: { 'host-0042': '10.98.0.5' },
      };
      const network = createNetwork({ ...NOTHING, firewalls: [firewall] });
      const done = doneOf(await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault)));
      expect(pings(device, '10.98.0.1')).toBe(false);
      await undo(network, 'NetworkIsolate', done.undo, callWith(vault));
      expect(pings(device, '10.98.0.1')).toBe(true);
      const gone = createNetwork({ ...NOTHING, firewalls: [{ ...firewall, set: 'nowhere' }] });
      expect(await perform(gone, 'NetworkIsolate', ISOLATE, other())).toMatchObject({
        kind: 'refused',
        fault: { code: 'set_unknown' },
      });
    },
  );

  deviceTest(
    'Unbound: the blocked domain does not exist any more, and is answered as before after undo',
    ['sshd', 'unbound', 'unbound-control', 'dig'],
    async () => {
      const at = folder();
      const port = await freePort();
      const file = join(at, 'unbound.conf');
      writeFileSync(
        file,
        `server:
  interface: 127.0.0.1
  port: ${port}
  username: ""
  chroot: ""
  directory: "${at}"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  local-zone: "c2.example" transparent
  local-data: "www.c2.example A 192.0.2.66"
remote-control:
  control-enable: yes
  control-interface: ${at}/control
`,
      );
      keep(which('unbound') ?? 'unbound', ['-d', '-c', file]);
      const answer = (name: string): string => {
        const said = run('dig', ['@127.0.0.1', '-p', String(port), name, 'A', '+time=2', '+tries=1']);
        return `${/status: (\w+)/.exec(said)?.[1] ?? ''} ${/\d+\s+IN\s+A\s+(\S+)/.exec(said)?.[1] ?? ''}`.trim();
      };
      await until('the resolver', () => succeeds('unbound-control', ['-c', file, 'status']));
      expect(answer('www.c2.example')).toBe('NOERROR 192.0.2.66');
      const sshd = await startSshd();
      const network = createNetwork({
        ...NOTHING,
        resolvers: [{ ssh: sshd.target(vault), controlConfig: file }],
      });
      const input = { domains: ['C2.example', 'evil.example'], scope: 'organization' };
      const done = doneOf(await perform(network, 'BlockDomains', input, callWith(vault)));
      expect(done.output).toEqual({ blocked: ['c2.example', 'evil.example'], already_blocked: [] });
      expect(answer('www.c2.example')).toBe('NXDOMAIN');
      expect(answer('deep.below.evil.example')).toBe('NXDOMAIN');
      expect(doneOf(await perform(network, 'BlockDomains', input, callWith(vault)))).toEqual(done);
      await undo(network, 'BlockDomains', done.undo, callWith(vault));
      expect(answer('www.c2.example')).toBe('NOERROR 192.0.2.66');
      expect(run('unbound-control', ['-c', file, 'list_local_zones'])).not.toContain('evil.example');
    },
  );
});

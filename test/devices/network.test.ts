import { describe, expect } from '@jest/globals';
import { createNetwork } from '../../activities/connectors/network/index.ts';
import { callWith, createVault, doneOf, perform, undo } from '../connectors/device/world.ts';
import { deviceTest, namespace, run, startSshd, until } from './lab.ts';
import { RESOLVER_PROGRAMS, startResolver } from './resolver-lab.ts';
import { NEIGHBOUR, pings, PORT, startSwitch, SWITCH_PROGRAMS } from './switch-lab.ts';

const vault = createVault();
const NOTHING = { switches: [], firewalls: [], resolvers: [] };
const ISOLATE = { device_id: 'host-0042', vlan_id: 666 };
const other = () => callWith(vault, { key: 'e'.repeat(64) });

describe('a real switch, firewall and resolver', () => {
  deviceTest(
    'Open vSwitch: the isolated port carries no more frames to its neighbour, and does again after undo',
    SWITCH_PROGRAMS,
    async () => {
      const { device, sshd } = await startSwitch();
      await until('the first ping', () => pings(device, NEIGHBOUR));
      const network = createNetwork({
        ...NOTHING,
        switches: [{ ssh: sshd.target(vault), ports: { 'host-0042': PORT } }],
      });
      const done = doneOf(await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault)));
      expect(done.output).toEqual({ isolated: true, previous_vlan: 10 });
      expect(pings(device, NEIGHBOUR)).toBe(false);
      const again = doneOf(
        await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault, { attempt: 2 })),
      );
      expect(again).toEqual(done);
      expect(await undo(network, 'NetworkIsolate', done.undo, callWith(vault))).toMatchObject({
        kind: 'done',
        output: { changed: true },
      });
      await until('the ping after undo', () => pings(device, NEIGHBOUR));
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
    RESOLVER_PROGRAMS,
    async () => {
      const { file, answer } = await startResolver('c2.example');
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

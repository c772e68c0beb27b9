import { describe, expect } from '@jest/globals';
import { createNetwork } from '../../activities/connectors/network/index.ts';
import { DEVICE, QUARANTINE, startFirewall, WALL } from '../../simulators/network/firewall.ts';
import { FIREWALL_PROGRAMS, RESOLVER_PROGRAMS, SWITCH_PROGRAMS } from '../../simulators/network/programs.ts';
import { startResolver } from '../../simulators/network/resolver.ts';
import { pings } from '../../simulators/network/segment.ts';
import { NEIGHBOUR, PORT, startSwitch } from '../../simulators/network/switch.ts';
import { callWith, createVault, doneOf, perform, targetOf, undo } from '../connectors/device/world.ts';
import { deviceTest } from './lab.ts';

const vault = createVault();
const NOTHING = { switches: [], firewalls: [], resolvers: [] };
const ISOLATE = { device_id: 'host-0042', vlan_id: 666 };
const other = () => callWith(vault, { key: 'e'.repeat(64) });

describe('a real switch, firewall and resolver', () => {
  deviceTest(
    'Open vSwitch: the isolated port carries no more frames to its neighbour, and does again after undo',
    SWITCH_PROGRAMS,
    async (lab) => {
      const fabric = await startSwitch(lab);
      const { device } = fabric;
      await lab.until('the first ping', () => pings(lab, device, NEIGHBOUR));
      const network = createNetwork({
        ...NOTHING,
        switches: [{ ssh: targetOf(fabric, vault), ports: { 'host-0042': PORT } }],
      });
      const done = doneOf(await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault)));
      expect(done.output).toEqual({ isolated: true, previous_vlan: 10 });
      expect(await pings(lab, device, NEIGHBOUR)).toBe(false);
      const again = doneOf(
        await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault, { attempt: 2 })),
      );
      expect(again).toEqual(done);
      expect(await undo(network, 'NetworkIsolate', done.undo, callWith(vault))).toMatchObject({
        kind: 'done',
        output: { changed: true },
      });
      await lab.until('the ping after undo', () => pings(lab, device, NEIGHBOUR));
      expect(await undo(network, 'NetworkIsolate', done.undo, other())).toMatchObject({
        kind: 'done',
        output: { changed: false },
      });
    },
  );

  deviceTest(
    'nftables: packets of the isolated address are dropped, and pass again after undo',
    FIREWALL_PROGRAMS,
    async (lab) => {
      const wall = await startFirewall(lab);
      await lab.until('the first ping', () => pings(lab, wall.device, WALL));
      const firewall = { ssh: targetOf(wall, vault), ...QUARANTINE, addresses: { 'host-0042': DEVICE } };
      const network = createNetwork({ ...NOTHING, firewalls: [firewall] });
      const done = doneOf(await perform(network, 'NetworkIsolate', ISOLATE, callWith(vault)));
      expect(await pings(lab, wall.device, WALL)).toBe(false);
      await undo(network, 'NetworkIsolate', done.undo, callWith(vault));
      expect(await pings(lab, wall.device, WALL)).toBe(true);
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
    async (lab) => {
      const resolver = await startResolver(lab, 'c2.example');
      expect(await resolver.answer('www.c2.example')).toBe('NOERROR 192.0.2.66');
      const network = createNetwork({
        ...NOTHING,
        resolvers: [{ ssh: targetOf(resolver, vault), controlConfig: resolver.file }],
      });
      const input = { domains: ['C2.example', 'evil.example'], scope: 'organization' };
      const done = doneOf(await perform(network, 'BlockDomains', input, callWith(vault)));
      expect(done.output).toEqual({ blocked: ['c2.example', 'evil.example'], already_blocked: [] });
      expect(await resolver.answer('www.c2.example')).toBe('NXDOMAIN');
      expect(await resolver.answer('deep.below.evil.example')).toBe('NXDOMAIN');
      expect(doneOf(await perform(network, 'BlockDomains', input, callWith(vault)))).toEqual(done);
      await undo(network, 'BlockDomains', done.undo, callWith(vault));
      expect(await resolver.answer('www.c2.example')).toBe('NOERROR 192.0.2.66');
      expect(await resolver.control('list_local_zones')).not.toContain('evil.example');
    },
  );
});

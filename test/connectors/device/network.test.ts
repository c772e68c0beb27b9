import { createNetwork } from '../../../activities/connectors/network/index.ts';
import { firewallMachine } from '../../../simulators/device/firewall.ts';
import { resolverMachine } from '../../../simulators/device/resolver.ts';
import { startDevice } from '../../../simulators/device/server.ts';
import { switchMachine } from '../../../simulators/device/switch.ts';
import { changesOverSsh } from './changes.ts';
import { targetOf } from './world.ts';

const NOTHING = { switches: [], firewalls: [], resolvers: [] };

changesOverSsh('isolating a device at its switch port', {
  type: 'NetworkIsolate',
  input: { device_id: 'HOST-0042', vlan_id: 666 },
  output: { isolated: true, previous_vlan: 10 },
  already: { isolated: true, previous_vlan: 666 },
  missing: [{ device_id: 'host-0099', vlan_id: 666 }, 'device_unplaced'],
  change: 'tag=666',
  undoSays: 'port vnet3 of 127.0.0.1',
  async open(vault) {
    const ports = new Map<string, number | null>([['vnet3', 10]]);
    const device = await startDevice(switchMachine({ ports }));
    return {
      device,
      connect: (over) =>
        createNetwork({
          ...NOTHING,
          switches: [{ ssh: targetOf(device, vault, over), ports: { 'host-0042': 'vnet3' } }],
        }),
      state: () => ports.get('vnet3'),
      meddle: () => void ports.set('vnet3', 30),
    };
  },
});

changesOverSsh('isolating a device at the firewall', {
  type: 'NetworkIsolate',
  input: { device_id: 'host-0042', vlan_id: 666 },
  output: { isolated: true, previous_vlan: null },
  already: { isolated: true, previous_vlan: null },
  missing: [{ device_id: 'host-0099', vlan_id: 666 }, 'device_unplaced'],
  change: 'nft add',
  undoSays: '10.0.0.5 leaves the quarantine set',
  async open(vault) {
    const members = new Set<string>(['10.0.0.9']);
    const device = await startDevice(firewallMachine({ set: 'inet cordon quarantine', members }));
    return {
      device,
      connect: (over) =>
        createNetwork({
          ...NOTHING,
          firewalls: [
            {
              ssh: targetOf(device, vault, over),
              family: 'inet',
              table: 'cordon',
              set: 'quarantine',
              addresses: { 'host-0042': '10.0.0.5' },
            },
          ],
        }),
      state: () => [...members],
      meddle: null,
    };
  },
});

changesOverSsh('blocking domains at the resolver', {
  type: 'BlockDomains',
  input: { domains: ['Evil.example', 'c2.example'], scope: 'organization' },
  output: { blocked: ['evil.example'], already_blocked: ['c2.example'] },
  already: { blocked: [], already_blocked: ['evil.example', 'c2.example'] },
  missing: null,
  change: ' local_zones',
  undoSays: '2 domain(s) are answered again as before, at 1 resolver(s)',
  async open(vault) {
    const zones = new Map([['c2.example', 'always_nxdomain']]);
    const device = await startDevice(resolverMachine({ zones }));
    return {
      device,
      connect: (over) => createNetwork({ ...NOTHING, resolvers: [{ ssh: targetOf(device, vault, over) }] }),
      state: () => Object.fromEntries(zones),
      meddle: () => void zones.set('evil.example', 'redirect'),
    };
  },
});

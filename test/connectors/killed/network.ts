/** The actions on a network: at the switch, at the firewall, at the resolver. */
import { firewallMachine } from '../../../simulators/device/firewall.ts';
import { resolverMachine } from '../../../simulators/device/resolver.ts';
import { switchMachine } from '../../../simulators/device/switch.ts';
import { openDevice, type DevicePlace } from './devices.ts';
import type { Subject } from './family.ts';

const connector = 'network';
const DEVICE = 'host-0042';
const isolate = () => ({ device_id: DEVICE, vlan_id: 666 });

interface NetworkPlace extends DevicePlace {
  /** Whoever runs the network gives the device another VLAN. */
  move?(): void;
}

async function openSwitch(): Promise<NetworkPlace> {
  const ports = new Map<string, number | null>([['vnet3', 10]]);
  const place = await openDevice(
    switchMachine({ ports }),
    () => Object.fromEntries(ports),
    (ssh) => ({ network: { switches: [{ ssh, ports: { [DEVICE]: 'vnet3' } }] } }),
  );
  return { ...place, move: () => void ports.set('vnet3', 20) };
}

function openFirewall(): Promise<DevicePlace> {
  const members = new Set(['10.0.0.9']);
  const set = { family: 'inet', table: 'cordon', set: 'quarantine' };
  return openDevice(
    firewallMachine({ set: 'inet cordon quarantine', members }),
    () => [...members],
    (ssh) => ({ network: { firewalls: [{ ssh, ...set, addresses: { [DEVICE]: '10.0.0.5' } }] } }),
  );
}

function openResolver(): Promise<DevicePlace> {
  const zones = new Map([['c2.example', 'always_nxdomain']]);
  return openDevice(
    resolverMachine({ zones }),
    () => Object.fromEntries(zones),
    (ssh) => ({ network: { resolvers: [{ ssh }] } }),
  );
}

export const network: readonly Subject<NetworkPlace>[] = [
  {
    action: {
      connector,
      type: 'NetworkIsolate',
      where: 'Open vSwitch',
      effects: 1,
      changes: 'tag=666',
      meanwhile: (place) => place.move?.(),
      input: isolate,
    },
    open: openSwitch,
  },
  {
    action: {
      connector,
      type: 'NetworkIsolate',
      where: 'nftables',
      effects: 1,
      changes: 'nft add',
      input: isolate,
    },
    open: openFirewall,
  },
  {
    action: {
      connector,
      type: 'BlockDomains',
      where: 'Unbound',
      effects: 2,
      changes: ' local_zones',
      input: () => ({ domains: ['Evil.example', 'worse.example', 'c2.example'], scope: 'organization' }),
    },
    open: openResolver,
  },
];

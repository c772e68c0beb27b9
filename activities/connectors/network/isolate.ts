/** Cuts a device off: its switch port goes into the quarantine VLAN, or its address into the quarantine set. */
import type { JsonObject } from '../../../workflows/language/json.ts';
import { NetworkIsolate } from '../../catalogue/device.ts';
import { assetTarget } from '../../catalogue/values.ts';
import type { CallContext, Undo } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { bring } from '../ssh/bring.ts';
import { refused } from '../ssh/failure.ts';
import { nameOf } from '../ssh/target.ts';
import { cannotUndo, readSaved, savedFor, takeBack, wordIn } from '../ssh/undo.ts';
import type { Firewall, NetworkConfig, Switch } from './config.ts';
import { portTag, type PortTag } from './port-tag.ts';
import { quarantine, type Quarantined } from './quarantine.ts';

export interface At {
  readonly config: NetworkConfig;
  readonly call: CallContext;
}

type Place =
  | { readonly kind: 'port'; readonly on: Switch; readonly port: string }
  | { readonly kind: 'address'; readonly on: Firewall; readonly address: string };

/** A port is nearer to the device than any firewall, so it comes first. */
function placeOf({ switches, firewalls }: NetworkConfig, device: string): Place | null {
  for (const on of switches) {
    const port = Object.hasOwn(on.ports, device) ? on.ports[device] : undefined;
    if (port !== undefined) return { kind: 'port', on, port };
  }
  for (const on of firewalls) {
    const address = Object.hasOwn(on.addresses, device) ? on.addresses[device] : undefined;
    if (address !== undefined) return { kind: 'address', on, address };
  }
  return null;
}

function saidOf(place: Place): JsonObject {
  const at = nameOf(place.on.ssh);
  return place.kind === 'port'
    ? { kind: 'port', at, port: place.port }
    : { kind: 'address', at, address: place.address };
}

export const networkIsolate = (config: NetworkConfig): Deed<At, typeof NetworkIsolate> => ({
  contract: NetworkIsolate,
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['SSH: ovs-vsctl get/set/clear port', 'SSH: nft list/add/delete element'],
  undo: undoOf(config),
  async perform({ device_id, vlan_id }, { call }) {
    const place = placeOf(config, assetTarget(device_id));
    if (place === null)
      return refused(
        'device_unplaced',
        `no switch port and no address is configured for ${device_id}; add it to connectors.network`,
      );
    const always = { target: place.on.ssh, call, revertSeconds: null, purpose: 'do' } as const;
    if (place.kind === 'address') {
      const facet = quarantine(place.on, place.address);
      const listed = await bring<Quarantined>({ ...always, facet, goal: () => ({ listed: true }) });
      if (listed.kind !== 'got') return listed;
      const output = { isolated: true, previous_vlan: null };
      return { kind: 'done', output, ...savedFor(saidOf(place), listed.value) };
    }
    const goal = (): PortTag => ({ vlan: vlan_id });
    const moved = await bring<PortTag>({ ...always, facet: portTag(place.port), goal });
    if (moved.kind !== 'got') return moved;
    const output = { isolated: true, previous_vlan: moved.value.before.vlan };
    return { kind: 'done', output, ...savedFor(saidOf(place), moved.value) };
  },
});

function undoOf(config: NetworkConfig): Undo {
  return {
    class: 'A',
    describe(saved) {
      const read = readSaved(saved);
      if (read === null) return 'nothing that can be taken back was saved';
      const { place, before } = read;
      if (place['kind'] === 'address')
        return `${wordIn(place, 'address')} leaves the quarantine set of ${wordIn(place, 'at')}`;
      const { vlan } = before;
      const where = typeof vlan === 'number' ? `VLAN ${vlan}` : 'no VLAN of its own';
      return `port ${wordIn(place, 'port')} of ${wordIn(place, 'at')} goes back to ${where}`;
    },
    async perform(saved, call) {
      const read = readSaved(saved);
      if (read === null) return cannotUndo('what was saved is not what an isolation saves');
      const { place, before, after } = read;
      const at = wordIn(place, 'at');
      const always = { call, revertSeconds: null };
      const port = config.switches.find(({ ssh }) => nameOf(ssh) === at);
      if (place['kind'] === 'port' && port !== undefined)
        return takeBack({
          ...always,
          target: port.ssh,
          facet: portTag(wordIn(place, 'port')),
          saved: { before: before as PortTag, after: after as PortTag },
        });
      const wall = config.firewalls.find(({ ssh }) => nameOf(ssh) === at);
      if (place['kind'] === 'address' && wall !== undefined)
        return takeBack({
          ...always,
          target: wall.ssh,
          facet: quarantine(wall, wordIn(place, 'address')),
          saved: { before: before as Quarantined, after: after as Quarantined },
        });
      return cannotUndo(`${at} is no longer configured in connectors.network`);
    },
  };
}

/** Two ways in which a device is cut off, each by real software: the port of a switch, or a set of a packet filter. */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Fact } from '../device/facts.ts';
import { SITE } from '../device/site.ts';
import type { Printed } from '../ground.ts';
import { sshSection, type Keep } from '../reachable.ts';
import { DEVICE, QUARANTINE, startFirewall, WALL } from './firewall.ts';
import type { Lab } from './lab.ts';
import { linesOf } from './printed.ts';
import { NEIGHBOUR, PORT, startSwitch } from './switch.ts';

export interface Isolation {
  /** The device's network, and whom it reaches there while it is not cut off. */
  readonly device: string;
  readonly neighbour: string;
  /** Its part of `connectors.network` in cordon.yaml. */
  settings(keep: Keep): JsonObject;
  fact(): Promise<Fact>;
  printed(): Promise<Printed>;
}

export async function behindSwitch(lab: Lab): Promise<Isolation> {
  const fabric = await startSwitch(lab);
  return {
    device: fabric.device,
    neighbour: NEIGHBOUR,
    settings: (keep) => ({
      switches: [{ ssh: sshSection('ssh-switch', fabric, keep), ports: { [SITE.device]: PORT } }],
    }),
    async fact() {
      const vlan = (await fabric.vsctl('get', 'port', PORT, 'tag')).trim();
      const answer = vlan === '[]' ? 'no VLAN' : `VLAN ${vlan}`;
      return { asked: `switch, port of ${SITE.device}`, answer, comesBack: true };
    },
    async printed() {
      const port = await fabric.vsctl('--columns=name,tag,trunks', 'list', 'port', PORT);
      return { command: `ovs-vsctl list port ${PORT}`, lines: linesOf(port) };
    },
  };
}

export async function behindFirewall(lab: Lab): Promise<Isolation> {
  const wall = await startFirewall(lab);
  const set = `list set ${QUARANTINE.family} ${QUARANTINE.table} ${QUARANTINE.set}`;
  return {
    device: wall.device,
    neighbour: WALL,
    settings: (keep) => ({
      firewalls: [
        { ssh: sshSection('ssh-firewall', wall, keep), ...QUARANTINE, addresses: { [SITE.device]: DEVICE } },
      ],
    }),
    async fact() {
      const listed = (await wall.nft(set)).includes(DEVICE);
      const answer = listed ? 'in quarantine' : 'free';
      return { asked: `firewall, ${DEVICE}`, answer, comesBack: true };
    },
    async printed() {
      return { command: `nft ${set}`, lines: linesOf(await wall.nft(set)) };
    },
  };
}

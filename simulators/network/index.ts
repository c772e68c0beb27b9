/** Real devices for the playbooks of devices: what they need of this machine, and how they are put up. */
import type { Ground } from '../ground.ts';
import { openDeviceGround } from './device-ground.ts';
import { behindFirewall, behindSwitch } from './isolation.ts';
import type { Lab } from './lab.ts';
import {
  FIREWALL_PROGRAMS,
  FRR_PROGRAMS,
  HOST_PROGRAMS,
  OPENWRT_PROGRAMS,
  RESOLVER_PROGRAMS,
  SWITCH_PROGRAMS,
  type Program,
} from './programs.ts';
import { openRouterGround } from './router-ground.ts';

export interface Network {
  readonly programs: readonly Program[];
  /** Broken into when it resolves. */
  open(lab: Lab): Promise<Ground>;
  /** What of it is real, for a list. */
  readonly what: string;
  /** What of it is not, as a sentence; null where all of it is. */
  readonly standIns: string | null;
}

const deviceWith = (programs: readonly Program[]): readonly Program[] => [
  ...new Set([...programs, ...RESOLVER_PROGRAMS, ...HOST_PROGRAMS]),
];

const LOG = 'the log of osquery is written by the demo: Debian has no osquery';

export const SWITCHED: Network = {
  programs: deviceWith(SWITCH_PROGRAMS),
  open: (lab) => openDeviceGround(lab, behindSwitch),
  what: 'Open vSwitch, Unbound, OpenSSH',
  standIns: LOG,
};

export const WALLED: Network = {
  programs: deviceWith(FIREWALL_PROGRAMS),
  open: (lab) => openDeviceGround(lab, behindFirewall),
  what: 'nftables, Unbound, OpenSSH',
  standIns: LOG,
};

const WRT = 'dropbear, nftables';
const PARTS = 'uci, init scripts and images of OpenWrt stand in: Debian has none of them';

export const ROUTED: Network = {
  programs: [...new Set([...OPENWRT_PROGRAMS, ...FRR_PROGRAMS])],
  open: (lab) => openRouterGround(lab, true),
  what: `${WRT}, FRR`,
  standIns: PARTS,
};

export const ROUTED_WITHOUT_FRR: Network = {
  programs: OPENWRT_PROGRAMS,
  open: (lab) => openRouterGround(lab, false),
  what: WRT,
  standIns: PARTS,
};

/** By demo, in order of preference. */
export const NETWORKS = { device: [SWITCHED, WALLED], router: [ROUTED, ROUTED_WITHOUT_FRR] } as const;

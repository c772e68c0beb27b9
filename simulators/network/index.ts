/** Real devices for the playbooks of devices: what they need of this machine, and how they are put up. */
import type { Ground } from '../ground.ts';
import { openDeviceGround } from './device-ground.ts';
import { behindFirewall, behindSwitch } from './isolation.ts';
import type { Lab } from './lab.ts';
import {
  FIREWALL_PROGRAMS,
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
  /** What of it is real, for a sentence. */
  readonly what: string;
}

const deviceWith = (programs: readonly Program[]): readonly Program[] => [
  ...new Set([...programs, ...RESOLVER_PROGRAMS, ...HOST_PROGRAMS]),
];

export const SWITCHED: Network = {
  programs: deviceWith(SWITCH_PROGRAMS),
  open: (lab) => openDeviceGround(lab, behindSwitch),
  what: 'Open vSwitch, Unbound and OpenSSH',
};

export const WALLED: Network = {
  programs: deviceWith(FIREWALL_PROGRAMS),
  open: (lab) => openDeviceGround(lab, behindFirewall),
  what: 'nftables, Unbound and OpenSSH',
};

export const ROUTED: Network = {
  programs: OPENWRT_PROGRAMS,
  open: openRouterGround,
  what: 'dropbear, nftables and listening services',
};

/** By demo, in order of preference. */
export const NETWORKS = { device: [SWITCHED, WALLED], router: [ROUTED] } as const;

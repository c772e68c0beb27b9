/** Routers that Cordon may change, and the firmware it may install. */
import type { SshTarget } from '../ssh/target.ts';

export type Service = 'telnet' | 'http' | 'https' | 'ssh_external' | 'snmp' | 'upnp' | 'ftp';

export interface Router {
  /** The management address by which playbooks, policy and the asset list know it. */
  readonly address: string;
  readonly dialect: 'frr' | 'openwrt';
  /** How it is reached; the host may differ from the address where a jump network lies between. */
  readonly ssh: SshTarget;
  /** Whose password is changed. */
  readonly adminUser: string;
  /** After how many seconds an unconfirmed change goes back. */
  readonly revertSeconds: number;
  /** Ports of services that listen elsewhere than usual. */
  readonly ports: { readonly [service in Service]?: number };
}

/** An image that somebody responsible has looked at. No other is installed. */
export interface Firmware {
  readonly url: string;
  readonly sha256: string;
  /** What the device says of itself once it runs. */
  readonly version: string;
}

export interface RouterConfig {
  readonly routers: readonly Router[];
  readonly firmware: readonly Firmware[];
}

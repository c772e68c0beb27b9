/** Switches, firewalls and resolvers that Cordon may change, and where each device is found on them. */
import type { SshTarget } from '../ssh/target.ts';

export interface Switch {
  readonly ssh: SshTarget;
  /** Device id, in lower case, to the name of its port in Open vSwitch. */
  readonly ports: { readonly [device: string]: string };
}

export interface Firewall {
  readonly ssh: SshTarget;
  /** An nftables set of addresses whose traffic the rules of that table drop. */
  readonly family: 'inet' | 'ip' | 'ip6' | 'bridge';
  readonly table: string;
  readonly set: string;
  /** Device id, in lower case, to its address. */
  readonly addresses: { readonly [device: string]: string };
}

export interface Resolver {
  readonly ssh: SshTarget;
  /** Unbound's configuration file on that machine. Default `/etc/unbound/unbound.conf`. */
  readonly controlConfig?: string;
}

export interface NetworkConfig {
  readonly switches: readonly Switch[];
  readonly firewalls: readonly Firewall[];
  readonly resolvers: readonly Resolver[];
}

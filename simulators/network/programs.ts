/** What a network of real programs needs of this machine, and the Debian packages that bring it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Program to package; also of what every Debian has, because other systems need not. */
export const PACKAGES = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ps: 'procps',
  ip: 'iproute2',
  ss: 'iproute2',
  ping: 'iputils-ping',
  bash: 'bash',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  dropbear: 'dropbear-bin',
  dropbearkey: 'dropbear-bin',
  passwd: 'passwd',
  chpasswd: 'passwd',
  nft: 'nftables',
  'ovs-vsctl': 'openvswitch-switch',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovsdb-server': 'openvswitch-common',
  'ovsdb-tool': 'openvswitch-common',
  unbound: 'unbound',
  'unbound-control': 'unbound',
  dig: 'bind9-dnsutils',
  vtysh: 'frr',
  zebra: 'frr',
  staticd: 'frr',
} as const;

export type Program = keyof typeof PACKAGES;

/** Of every lab. */
export const LAB_PROGRAMS = ['unshare', 'nsenter', 'setpriv', 'ps', 'ip'] as const;
const SSHD_PROGRAMS = [...LAB_PROGRAMS, 'sshd', 'ssh-keygen'] as const;
export const HOST_PROGRAMS = [...SSHD_PROGRAMS, 'ss'] as const;
export const SWITCH_PROGRAMS = [
  ...SSHD_PROGRAMS,
  'ping',
  'ovs-vsctl',
  'ovs-vswitchd',
  'ovsdb-server',
  'ovsdb-tool',
] as const;
export const FIREWALL_PROGRAMS = [...SSHD_PROGRAMS, 'ping', 'nft'] as const;
export const RESOLVER_PROGRAMS = [...SSHD_PROGRAMS, 'unbound', 'unbound-control', 'dig'] as const;
export const FRR_PROGRAMS = [...SSHD_PROGRAMS, 'bash', 'vtysh', 'zebra', 'staticd', 'chpasswd'] as const;
export const OPENWRT_PROGRAMS = [
  ...LAB_PROGRAMS,
  'ssh-keygen',
  'ping',
  'bash',
  'dropbear',
  'dropbearkey',
  'nft',
  'passwd',
] as const;

/** Some lie where a person's PATH does not lead. */
const FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/lib/frr',
];

export const SEARCH_PATH = FOLDERS.join(':');

export function whereIs(program: string): string | null {
  return FOLDERS.map((one) => join(one, program)).find((one) => existsSync(one)) ?? null;
}

/** Each once, in the order in which they were asked for. */
export function packagesOf(programs: readonly Program[]): readonly string[] {
  return [...new Set(programs.map((one) => PACKAGES[one]))];
}

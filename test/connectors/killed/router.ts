/** The actions on a router: OpenWrt, and FRR where it goes another way. */
import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { frrMachine, type FrrState } from '../../../simulators/device/frr.ts';
import { openRouter, openwrtMachine } from '../../../simulators/device/openwrt.ts';
import { openDevice, type DevicePlace } from './devices.ts';
import type { Subject } from './family.ts';
import { textOf, type Action } from './action.ts';

const connector = 'router';
const ADDRESS = '192.0.2.10';
const IMAGE = { url: 'https://firmware.example/router.bin', bytes: 'an image', version: '23.05.3' };
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

interface RouterPlace extends DevicePlace {
  /** SHA-256 of the administrator's password. */
  passwordDigest(): string | null;
}

async function openOpenwrt(): Promise<RouterPlace> {
  const router = openRouter({ images: new Map([[IMAGE.url, IMAGE]]) });
  const firmware = [{ url: IMAGE.url, sha256: digestOf(IMAGE.bytes), version: IMAGE.version }];
  // Nothing listens there, so that a scan is over at once.
  const ports = { telnet: 1, http: 1, https: 1, snmp: 1, upnp: 1, ftp: 1 };
  const place = await openDevice(
    openwrtMachine(router),
    () => ({
      uci: Object.fromEntries([...router.uci].map(([name, values]) => [name, [...values]])),
      scripts: Object.fromEntries(router.scripts),
      version: router.version,
    }),
    (ssh) => ({
      router: {
        routers: [{ address: ADDRESS, dialect: 'openwrt', ssh, revert_seconds: 10, ports }],
        firmware,
      },
    }),
  );
  return { ...place, passwordDigest: () => router.passwordDigest };
}

async function openFrr(): Promise<RouterPlace> {
  const router: FrrState = {
    lines: new Set(['ip forwarding-of-ours']),
    terminal: new Set(),
    passwordDigest: null,
  };
  const place = await openDevice(
    frrMachine(router),
    () => ({ lines: [...router.lines], terminal: [...router.terminal] }),
    (ssh) => ({ router: { routers: [{ address: ADDRESS, dialect: 'frr', ssh, revert_seconds: 10 }] } }),
  );
  return { ...place, passwordDigest: () => router.passwordDigest };
}

type Given = Omit<Action<RouterPlace>, 'connector' | 'input'> & { readonly given: object };

const made = (where: string, { given, ...action }: Given): Action<RouterPlace> => ({
  connector,
  where,
  ...action,
  input: () => ({ router_ip: ADDRESS, ...given }),
});

/** Every attempt sets the same password; that it is the one which is kept counts. */
const password: Given = {
  type: 'ChangeRouterPassword',
  effects: 1,
  anew: true,
  changes: 'passwd',
  given: {},
  async sound(place, result, { secret }) {
    const reference = textOf(result, 'password_ref');
    expect(place.passwordDigest()).toBe(digestOf(await secret(reference, connector)));
  },
};

const onOpenwrt: readonly Given[] = [
  {
    type: 'DisableRouterService',
    effects: 3,
    changes: 'uci -q batch',
    given: { services: ['telnet', 'http', 'ssh_external', 'upnp'] },
  },
  {
    type: 'ApplyACL',
    effects: 12,
    changes: 'uci -q batch',
    given: { rules: ['deny tcp any any eq 23', 'permit ip 10.0.0.0/8 any'], direction: 'inbound' },
  },
  {
    type: 'EnableRouterLogging',
    effects: 2,
    changes: 'uci -q batch',
    given: { syslog_server: 'syslog.example', log_level: 'informational' },
  },
  password,
  {
    type: 'UpdateRouterFirmware',
    effects: 1,
    changes: 'sysupgrade -',
    given: { firmware_url: IMAGE.url },
  },
  { type: 'BackupRouterConfig', effects: 0, given: { case_id: 'CASE-1' } },
  { type: 'ScanRouter', effects: 0, given: { scan_type: 'authenticated' } },
  { type: 'VerifyHardening', effects: 0, given: { baseline_checklist: ['telnet is off'], scan_results: [] } },
];

const CONFIGURE = { effects: 1, changes: 'configure terminal' };
const onFrr: readonly Given[] = [
  { type: 'DisableRouterService', ...CONFIGURE, given: { services: ['telnet'] } },
  {
    type: 'ApplyACL',
    ...CONFIGURE,
    given: { rules: ['deny ip 10.1.0.0/16 any', 'permit ip any any'], direction: 'inbound' },
  },
  {
    type: 'EnableRouterLogging',
    ...CONFIGURE,
    given: { syslog_server: 'localhost', log_level: 'notice' },
  },
  password,
];

export const router: readonly Subject<RouterPlace>[] = [
  ...onOpenwrt.map((given) => ({ action: made('OpenWrt', given), open: openOpenwrt })),
  ...onFrr.map((given) => ({ action: made('FRR', given), open: openFrr })),
];

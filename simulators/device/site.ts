/**
 * Everything that the two device playbooks act on, on loopback: a compromised host, its switch, the organisation's
 * resolver, and a router with its doors open. For the demo, `dev` and tests; see `settings` for cordon.yaml.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { JsonObject } from '../../workflows/language/json.ts';
import { createEffectLog } from '../effect-log.ts';
import { sshSection, type Keep } from '../reachable.ts';
import type { Effect } from '../simulator.ts';
import { deviceFacts, routerFacts, type Fact } from './facts.ts';
import { compromisedHost, hostMachine } from './host.ts';
import { createListeners } from './listeners.ts';
import { openRouter, openwrtMachine } from './openwrt.ts';
import { resolverMachine } from './resolver.ts';
import { startDevice, type SimulatedDevice } from './server.ts';
import { switchMachine } from './switch.ts';

/** Names of the shipped asset list. */
export const SITE = { device: 'host-0042', router: '192.0.2.10', quarantine: 666 } as const;

const PORT = 'vnet3';
const INTRUDERS_DOMAIN = 'evil.example';

const IMAGE = {
  url: 'https://firmware.example/router-23.05.3.bin',
  bytes: 'simulated image 23.05.3',
  version: '23.05.3',
};

export type { Keep };

export interface Site {
  /** The sections `network`, `endpoint` and `router` of `connectors` in cordon.yaml. */
  settings(keep: Keep): JsonObject;
  /** What the two playbooks are started with. The channel is whatever the asset list knows. */
  deviceContext(channel: string): JsonObject;
  routerContext(keep: Keep): JsonObject;
  /** Changes of all devices in the order in which they took effect. */
  effects(): readonly Effect[];
  describe(): JsonObject;
  /** What the devices answer when they are asked, over their own SSH and on their own ports. */
  deviceFacts(): Promise<readonly Fact[]>;
  routerFacts(): Promise<readonly Fact[]>;
  close(): Promise<void>;
}

export async function startSite(effectsFile?: string): Promise<Site> {
  const effects = createEffectLog(effectsFile);
  const host = compromisedHost(SITE.device, Math.floor(Date.now() / 1000));
  const ports = new Map<string, number | null>([[PORT, 10]]);
  const zones = new Map<string, string>();
  const router = openRouter({ images: new Map([[IMAGE.url, IMAGE]]) });
  const services: { readonly [service: string]: () => boolean } = {
    telnet: () => router.scripts.get('telnet') === true,
    http: () => router.uci.has('uhttpd.main.listen_http'),
    https: () => router.uci.has('uhttpd.main.listen_https'),
    snmp: () => false,
    upnp: () => false,
    ftp: () => false,
  };
  const listeners = await createListeners(Object.keys(services), (one) => services[one]?.() === true);
  const started = {
    host: await startDevice(hostMachine(host), { effects }),
    switch: await startDevice(switchMachine({ ports }), { effects }),
    resolver: await startDevice(resolverMachine({ zones }), { effects }),
    router: await startDevice(
      (tell) =>
        openwrtMachine(router)((what) => {
          tell(what);
          listeners.follow();
        }),
      { effects },
    ),
  };
  return {
    settings: (keep) => settingsOf(started, listeners.ports, keep),
    deviceContext: (channel) => ({
      device_id: SITE.device,
      osquery_log_path: '/var/log/osquery',
      quarantine_vlan: SITE.quarantine,
      notification_channel: channel,
    }),
    routerContext: (keep) => ({
      router_ip: SITE.router,
      new_admin_password_enc: keep('router-administrator', randomBytes(18).toString('base64url')),
      firmware_update_url: IMAGE.url,
      acl_rules: ['deny tcp any any eq 23', 'permit tcp 10.0.0.0/8 any eq 443'],
      syslog_server: 'syslog.example',
      hardening_checklist: [
        'telnet is off',
        'http is off',
        'ssh_external is off',
        'inbound rule: deny tcp any any eq 23',
        'log goes to syslog.example',
        'no finding above low',
      ],
    }),
    effects: () => effects.all(),
    describe: () => ({
      host: { processes: [...host.processes].map(([pid, { path }]) => ({ pid, path })) },
      switch: { [PORT]: ports.get(PORT) ?? null },
      resolver: Object.fromEntries(zones),
      router: {
        version: router.version,
        services: Object.keys(services).filter((one) => services[one]?.() === true),
        password_changed: router.passwordDigest !== null,
      },
    }),
    deviceFacts: () => deviceFacts({ ...started, device: SITE.device, port: PORT, domain: INTRUDERS_DOMAIN }),
    routerFacts: () => routerFacts({ router: started.router, ports: listeners.ports }),
    close: async () => {
      await Promise.all([...Object.values(started).map((one) => one.close()), listeners.close()]);
    },
  };
}

function settingsOf(
  {
    host,
    switch: fabric,
    resolver,
    router,
  }: { readonly [name in 'host' | 'switch' | 'resolver' | 'router']: SimulatedDevice },
  ports: { readonly [service: string]: number },
  keep: Keep,
): JsonObject {
  const ssh = (name: string, device: SimulatedDevice): JsonObject => sshSection(name, device, keep);
  return {
    network: {
      switches: [{ ssh: ssh('ssh-switch', fabric), ports: { [SITE.device]: PORT } }],
      resolvers: [{ ssh: ssh('ssh-resolver', resolver) }],
    },
    endpoint: {
      devices: {
        [SITE.device]: { ssh: ssh('ssh-host', host), files: ['/etc/passwd'], logs: ['/var/log/auth.log'] },
      },
    },
    router: {
      routers: [
        {
          address: SITE.router,
          dialect: 'openwrt',
          ssh: ssh('ssh-router', router),
          revert_seconds: 10,
          ports: { ...ports },
        },
      ],
      firmware: [
        {
          url: IMAGE.url,
          sha256: createHash('sha256').update(IMAGE.bytes).digest('hex'),
          version: IMAGE.version,
        },
      ],
    },
  };
}

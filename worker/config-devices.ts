/** The devices' sections of cordon.yaml, in the terms of their connectors. */
import type { z } from 'zod';
import type { EndpointConfig } from '../activities/connectors/endpoint/config.ts';
import type { NetworkConfig } from '../activities/connectors/network/config.ts';
import type { RouterConfig } from '../activities/connectors/router/config.ts';
import type { SshTarget } from '../activities/connectors/ssh/target.ts';
import type { endpointSection, networkSection, routerSection, sshSection } from './config-device-sections.ts';

type Ssh = z.output<typeof sshSection>;

function targetOf({ host, port, user, host_key, key, password, state_folder }: Ssh): SshTarget {
  return {
    host,
    port,
    user,
    hostKey: host_key,
    credential:
      key === undefined ? { kind: 'password', reference: password ?? '' } : { kind: 'key', reference: key },
    ...(state_folder === undefined ? {} : { stateFolder: state_folder }),
  };
}

/** Devices are compared in lower case. */
function lowered<Value>(map: { readonly [name: string]: Value }): { readonly [name: string]: Value } {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name.toLowerCase(), value]));
}

export function networkFrom(file: z.output<typeof networkSection>): NetworkConfig {
  return {
    switches: file.switches.map((one) => ({ ssh: targetOf(one.ssh), ports: lowered(one.ports) })),
    firewalls: file.firewalls.map(({ ssh, addresses, ...rest }) => ({
      ...rest,
      ssh: targetOf(ssh),
      addresses: lowered(addresses),
    })),
    resolvers: file.resolvers.map(({ ssh, control_config }) => ({
      ssh: targetOf(ssh),
      ...(control_config === undefined ? {} : { controlConfig: control_config }),
    })),
  };
}

export function endpointFrom(
  file: z.output<typeof endpointSection>,
  at: (path: string) => string,
): EndpointConfig {
  const devices = Object.entries(file.devices).map(
    ([name, { ssh, files, logs }]) => [name.toLowerCase(), { ssh: targetOf(ssh), files, logs }] as const,
  );
  return {
    devices: Object.fromEntries(devices),
    collector: file.collector === undefined ? null : targetOf(file.collector),
    logFolders: file.log_folders,
    rulesFile: file.rules === undefined ? null : at(file.rules),
  };
}

export function routerFrom(file: z.output<typeof routerSection>): RouterConfig {
  return {
    routers: file.routers.map(({ address, dialect, ssh, admin_user, revert_seconds, ports }) => ({
      address,
      dialect,
      ssh: targetOf(ssh),
      adminUser: admin_user,
      revertSeconds: revert_seconds,
      ports: definedIn(ports),
    })),
    firmware: file.firmware,
  };
}

function definedIn<Key extends string>(ports: { readonly [name in Key]?: number | undefined }): {
  readonly [name in Key]?: number;
} {
  return Object.fromEntries(Object.entries(ports).filter(([, value]) => value !== undefined)) as {
    readonly [name in Key]?: number;
  };
}

/** Every credential of these sections, with the connector that alone may read it. */
export function deviceCredentials(connectors: {
  readonly network?: z.output<typeof networkSection> | undefined;
  readonly endpoint?: z.output<typeof endpointSection> | undefined;
  readonly router?: z.output<typeof routerSection> | undefined;
}): readonly (readonly [reference: string | undefined, reader: string])[] {
  const { network, endpoint, router } = connectors;
  const all: readonly (readonly [Ssh, string])[] = [
    ...[...(network?.switches ?? []), ...(network?.firewalls ?? []), ...(network?.resolvers ?? [])].map(
      (one) => [one.ssh, 'network'] as const,
    ),
    ...Object.values(endpoint?.devices ?? {}).map((one) => [one.ssh, 'endpoint'] as const),
    ...(endpoint?.collector === undefined ? [] : [[endpoint.collector, 'endpoint'] as const]),
    ...(router?.routers ?? []).map((one) => [one.ssh, 'router'] as const),
  ];
  return all.map(([{ key, password }, reader]) => [key ?? password, reader] as const);
}

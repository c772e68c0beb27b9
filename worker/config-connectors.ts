/** The connectors' part of cordon.yaml, in the terms of each connector. */
import type { EndpointConfig } from '../activities/connectors/endpoint/config.ts';
import type { GoogleConfig } from '../activities/connectors/google-workspace/config.ts';
import type { GraphConfig } from '../activities/connectors/microsoft-graph/config.ts';
import type { NetworkConfig } from '../activities/connectors/network/config.ts';
import type { RouterConfig } from '../activities/connectors/router/config.ts';
import type { DefenderConfig } from '../activities/connectors/defender/config.ts';
import type { HttpConfig } from '../activities/connectors/http/config.ts';
import type { NotifyConfig, SmtpConfig } from '../activities/connectors/notify/config.ts';
import type { ReportConfig } from '../activities/connectors/report/index.ts';
import { isList, type Binding, type Bindings } from '../activities/secrets/binding.ts';
import { channelFrom, defenderFrom, outboundCredentials } from './config-outbound.ts';
import { SECRET_READER } from '../activities/checkpoints/settings.ts';
import { deviceCredentials, endpointFrom, networkFrom, routerFrom } from './config-devices.ts';
import type { ConfigFile } from './config-schema.ts';

/** Null: not configured, so no task can be performed by it. */
export interface ConnectorsConfig {
  readonly googleWorkspace: GoogleConfig | null;
  readonly microsoftGraph: GraphConfig | null;
  readonly notify: NotifyConfig | null;
  readonly network: NetworkConfig | null;
  readonly endpoint: EndpointConfig | null;
  readonly router: RouterConfig | null;
  readonly http: HttpConfig | null;
  readonly defender: DefenderConfig | null;
  /** Needs no configuration, so it is always there. */
  readonly report: ReportConfig;
}

/** Under this name the store's own password is read, and no connector can be called so. */
export const STORE_READER = 'cordon:store';

/**
 * Who may read which secret. A connector's credentials are bound to that connector, so that a playbook cannot
 * hand them to an action as if they were data.
 */
export function bindingsFrom(file: ConfigFile): Bindings {
  const { secrets, connectors, gateway, record, state_password: statePassword } = file;
  const owned: readonly (readonly [reference: string | undefined, reader: string])[] = [
    [statePassword, STORE_READER],
    [connectors.google_workspace?.service_account, 'google-workspace'],
    [connectors.microsoft_graph?.client_secret, 'microsoft-graph'],
    ...deviceCredentials(connectors),
    [connectors.notify?.smtp?.password, 'notify'],
    ...outboundCredentials(file),
    [gateway.serve?.signing_key, 'gateway'],
    [gateway.serve?.client_secret, 'gateway'],
    [record.s3?.access_key, SECRET_READER],
    [record.s3?.secret_key, SECRET_READER],
  ];
  const bindings: { [reference: string]: Binding } = { ...secrets.bindings };
  for (const [reference, reader] of owned)
    if (reference !== undefined) bindings[reference] = alsoReadBy(bindings[reference], reader);
  return bindings;
}

/** What the file says of playbooks and hosts stands. */
function alsoReadBy(binding: Binding = [], reader: string): Binding {
  const list = isList(binding) ? binding : (binding.readers ?? []);
  const readers = [...new Set([...list, reader])];
  return isList(binding) ? readers : { ...binding, readers };
}

type Section<Name extends keyof ConfigFile['connectors']> = NonNullable<ConfigFile['connectors'][Name]>;

/** `at` turns a path of the file into one from here. */
export function connectorsFrom(
  file: ConfigFile['connectors'],
  at: (path: string) => string,
): ConnectorsConfig {
  return {
    googleWorkspace: file.google_workspace ? google(file.google_workspace) : null,
    microsoftGraph: file.microsoft_graph ? graph(file.microsoft_graph) : null,
    notify: file.notify ? notify(file.notify) : null,
    network: file.network ? networkFrom(file.network) : null,
    endpoint: file.endpoint ? endpointFrom(file.endpoint, at) : null,
    router: file.router ? routerFrom(file.router) : null,
    http: file.http ?? null,
    defender: file.defender ? defenderFrom(file.defender) : null,
    report: report(file.report),
  };
}

function google(file: Section<'google_workspace'>): GoogleConfig {
  return {
    serviceAccount: file.service_account,
    adminSubject: file.admin_subject,
    domains: file.organisation_domains,
    ...(file.second_factor_unit === undefined ? {} : { secondFactorUnit: file.second_factor_unit }),
    ...(file.root_url === undefined ? {} : { rootUrl: file.root_url }),
    ...(file.token_url === undefined ? {} : { tokenUrl: file.token_url }),
  };
}

function graph(file: Section<'microsoft_graph'>): GraphConfig {
  return {
    tenantId: file.tenant,
    clientId: file.client_id,
    clientSecret: file.client_secret,
    ...(file.organisation_domains === undefined ? {} : { ownDomains: file.organisation_domains }),
    ...(file.second_factor_group === undefined ? {} : { secondFactorGroup: file.second_factor_group }),
    ...(file.graph_url === undefined ? {} : { graphRoot: file.graph_url }),
    ...(file.authority_url === undefined ? {} : { authorityHost: file.authority_url }),
  };
}

function notify({ smtp, from, channels }: Section<'notify'>): NotifyConfig {
  const named = Object.entries(channels).map(([name, channel]) => [name, channelFrom(channel)] as const);
  return {
    ...(from === undefined ? {} : { from }),
    ...(smtp === undefined ? {} : { smtp: mailServer(smtp) }),
    ...(named.length === 0 ? {} : { channels: Object.fromEntries(named) }),
  };
}

function mailServer({
  host,
  port,
  secure,
  user,
  password,
}: NonNullable<Section<'notify'>['smtp']>): SmtpConfig {
  return {
    host,
    port,
    secure,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

function report({ link }: Section<'report'>): ReportConfig {
  return link === undefined ? {} : { link };
}

/** The connectors' part of cordon.yaml, in the terms of each connector. */
import type { GoogleConfig } from '../activities/connectors/google-workspace/config.ts';
import type { GraphConfig } from '../activities/connectors/microsoft-graph/config.ts';
import type { NotifyConfig } from '../activities/connectors/notify/config.ts';
import { SECRET_READER } from '../activities/checkpoints/settings.ts';
import type { ConfigFile } from './config-schema.ts';

/** Null: not configured, so no task can be performed by it. */
export interface ConnectorsConfig {
  readonly googleWorkspace: GoogleConfig | null;
  readonly microsoftGraph: GraphConfig | null;
  readonly notify: NotifyConfig | null;
}

/**
 * Who may read which secret. A connector's credentials are bound to that connector, so that a playbook cannot
 * hand them to an action as if they were data.
 */
export function bindingsFrom({ secrets, connectors, record }: ConfigFile): {
  readonly [reference: string]: readonly string[];
} {
  const owned: readonly (readonly [reference: string | undefined, reader: string])[] = [
    [connectors.google_workspace?.service_account, 'google-workspace'],
    [connectors.microsoft_graph?.client_secret, 'microsoft-graph'],
    [connectors.notify?.smtp.password, 'notify'],
    [record.s3?.access_key, SECRET_READER],
    [record.s3?.secret_key, SECRET_READER],
  ];
  const bindings: { [reference: string]: readonly string[] } = { ...secrets.bindings };
  for (const [reference, reader] of owned)
    if (reference !== undefined) bindings[reference] = [...new Set([...(bindings[reference] ?? []), reader])];
  return bindings;
}

type Section<Name extends keyof ConfigFile['connectors']> = NonNullable<ConfigFile['connectors'][Name]>;

export function connectorsFrom(file: ConfigFile['connectors']): ConnectorsConfig {
  return {
    googleWorkspace: file.google_workspace ? google(file.google_workspace) : null,
    microsoftGraph: file.microsoft_graph ? graph(file.microsoft_graph) : null,
    notify: file.notify ? notify(file.notify) : null,
  };
}

function google(file: Section<'google_workspace'>): GoogleConfig {
  return {
    serviceAccount: file.service_account,
    adminSubject: file.admin_subject,
    domains: file.organisation_domains,
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
    ...(file.graph_url === undefined ? {} : { graphRoot: file.graph_url }),
    ...(file.authority_url === undefined ? {} : { authorityHost: file.authority_url }),
  };
}

function notify({ smtp, from }: Section<'notify'>): NotifyConfig {
  const { host, port, secure, user, password } = smtp;
  return {
    from,
    smtp: {
      host,
      port,
      secure,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    },
  };
}

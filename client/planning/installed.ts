/** What could perform a playbook's tasks, for commands that show and never act. */
import { createCatalogue } from '../../activities/catalogue/index.ts';
import { createConnectors, type Around, type ConnectorSettings } from '../../activities/connectors/index.ts';
import type { Connector } from '../../activities/connectors/connector.ts';
import type { Catalogue } from '../../workflows/language/catalogue.ts';
import type { Config } from '../../worker/config.ts';

export interface Installed {
  readonly catalogue: Catalogue;
  /** Connectors that are shipped but lack their section in the configuration. */
  readonly unconfigured: readonly string[];
}

export interface Shipped {
  readonly connectors: readonly Connector[];
  /** Names of those that are configured. */
  readonly ready: ReadonlySet<string>;
}

/** All shipped connectors, also those nobody has configured yet: a plan may be looked at before that. */
export function shipped(config: Pick<Config, 'connectors'>): Shipped {
  const { googleWorkspace, microsoftGraph, notify, network, endpoint, router, http, defender, report } =
    config.connectors;
  const connectors = createConnectors(
    {
      googleWorkspace: googleWorkspace ?? UNCONFIGURED.googleWorkspace,
      microsoftGraph: microsoftGraph ?? UNCONFIGURED.microsoftGraph,
      notify: notify ?? UNCONFIGURED.notify,
      network: network ?? UNCONFIGURED.network,
      endpoint: endpoint ?? UNCONFIGURED.endpoint,
      router: router ?? UNCONFIGURED.router,
      http: http ?? UNCONFIGURED.http,
      defender: defender ?? UNCONFIGURED.defender,
      report,
    },
    NOTHING_AROUND,
  );
  const ready = new Set(createConnectors(config.connectors, NOTHING_AROUND).map(({ name }) => name));
  return { connectors, ready };
}

export function installed(config: Pick<Config, 'connectors'>): Installed {
  const { connectors, ready } = shipped(config);
  return {
    catalogue: createCatalogue(connectors),
    unconfigured: connectors.map(({ name }) => name).filter((name) => !ready.has(name)),
  };
}

/** Leads nowhere: only what a connector says of itself is read. `.invalid` never resolves (RFC 2606). */
const UNCONFIGURED = {
  googleWorkspace: {
    serviceAccount: 'secret://env/CORDON_SECRET_UNCONFIGURED',
    adminSubject: 'nobody@unconfigured.invalid',
    domains: ['unconfigured.invalid'],
  },
  microsoftGraph: {
    tenantId: 'unconfigured',
    clientId: 'unconfigured',
    clientSecret: 'secret://env/CORDON_SECRET_UNCONFIGURED',
  },
  network: { switches: [], firewalls: [], resolvers: [] },
  endpoint: { devices: {}, collector: null, logFolders: [], rulesFile: null },
  router: { routers: [], firmware: [] },
  notify: {
    from: 'nobody@unconfigured.invalid',
    smtp: { host: 'unconfigured.invalid', port: 587 },
    channels: { unconfigured: { kind: 'mail', address: 'nobody@unconfigured.invalid' } },
  },
  http: { hosts: ['https://unconfigured.invalid'] },
  defender: {
    tenantId: 'unconfigured',
    clientId: 'unconfigured',
    clientSecret: 'secret://env/CORDON_SECRET_UNCONFIGURED',
  },
} as const satisfies Omit<ConnectorSettings, 'report'>;

const NOTHING_AROUND: Around = {
  evidence: {
    put: refuse,
    manifest: refuse,
    get: refuse,
    putStream: refuse,
    stream: refuse,
    custody: refuse,
  },
  record: {
    // eslint-disable-next-line require-yield -- there is nothing to be read
    async *byRun() {
      await refuse();
    },
    plan: refuse,
  },
  egress: {},
};

function refuse(): Promise<never> {
  return Promise.reject(new Error('a plan was asked to act'));
}

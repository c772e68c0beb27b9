/** All shipped connectors, also those nobody has configured: what a connector says of itself needs no credentials. */
import type { Connector } from './connector.ts';
import { createConnectors, type Around, type ConnectorSettings } from './index.ts';

export interface Shipped {
  readonly connectors: readonly Connector[];
  /** Names of those that are configured. */
  readonly ready: ReadonlySet<string>;
}

/** For whoever shows what could be done, or hands it to another worker. None of these may be asked to act. */
export function shipped(settings: ConnectorSettings): Shipped {
  const { googleWorkspace, microsoftGraph, notify, network, endpoint, router, http, defender, report } =
    settings;
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
  const ready = new Set(createConnectors(settings, NOTHING_AROUND).map(({ name }) => name));
  return { connectors, ready };
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
  return Promise.reject(new Error('a connector that is only shown was asked to act'));
}

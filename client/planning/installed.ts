/** What could perform a playbook's tasks, for commands that show and never act. */
import { createCatalogue } from '../../activities/catalogue/index.ts';
import { createConnectors, type ConnectorSettings } from '../../activities/connectors/index.ts';
import type { EvidenceStore } from '../../activities/evidence/store.ts';
import type { Catalogue } from '../../workflows/language/catalogue.ts';
import type { Config } from '../../worker/config.ts';

export interface Installed {
  readonly catalogue: Catalogue;
  /** Connectors that are shipped but lack their section in the configuration. */
  readonly unconfigured: readonly string[];
}

/** All shipped connectors, also those nobody has configured yet: a plan may be looked at before that. */
export function installed(config: Pick<Config, 'connectors'>): Installed {
  const { googleWorkspace, microsoftGraph, notify, network, endpoint, router } = config.connectors;
  const connectors = createConnectors(
    {
      googleWorkspace: googleWorkspace ?? UNCONFIGURED.googleWorkspace,
      microsoftGraph: microsoftGraph ?? UNCONFIGURED.microsoftGraph,
      notify: notify ?? UNCONFIGURED.notify,
      network: network ?? UNCONFIGURED.network,
      endpoint: endpoint ?? UNCONFIGURED.endpoint,
      router: router ?? UNCONFIGURED.router,
    },
    NO_EVIDENCE,
  );
  const ready = new Set(createConnectors(config.connectors, NO_EVIDENCE).map(({ name }) => name));
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
  notify: { from: 'nobody@unconfigured.invalid', smtp: { host: 'unconfigured.invalid', port: 587 } },
  network: { switches: [], firewalls: [], resolvers: [] },
  endpoint: { devices: {}, collector: null, logFolders: [], rulesFile: null },
  router: { routers: [], firmware: [] },
} as const satisfies ConnectorSettings;

const NO_EVIDENCE: EvidenceStore = { put: refuse, manifest: refuse, get: refuse };

function refuse(): Promise<never> {
  return Promise.reject(new Error('a plan was asked to act'));
}

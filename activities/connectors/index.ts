/** The list of connectors; one line each. */
import type { EvidenceStore } from '../evidence/store.ts';
import type { Connector } from './connector.ts';
import { createEndpoint, type EndpointConfig } from './endpoint/index.ts';
import { createGoogleWorkspace, type GoogleConfig } from './google-workspace/index.ts';
import { createMicrosoftGraph, type GraphConfig } from './microsoft-graph/index.ts';
import { createNetwork, type NetworkConfig } from './network/index.ts';
import { createNotify, type NotifyConfig } from './notify/index.ts';
import { createRouter, type RouterConfig } from './router/index.ts';

/** Null: not configured, so nothing can be performed by it. */
export interface ConnectorSettings {
  readonly googleWorkspace: GoogleConfig | null;
  readonly microsoftGraph: GraphConfig | null;
  readonly notify: NotifyConfig | null;
  readonly network: NetworkConfig | null;
  readonly endpoint: EndpointConfig | null;
  readonly router: RouterConfig | null;
}

/** Throws for a configuration that a connector knows it could never work with. */
export function createConnectors(settings: ConnectorSettings, evidence: EvidenceStore): readonly Connector[] {
  const { googleWorkspace, microsoftGraph, notify, network, endpoint, router } = settings;
  return [
    ...(googleWorkspace === null ? [] : [createGoogleWorkspace(googleWorkspace, evidence)]),
    ...(microsoftGraph === null ? [] : [createMicrosoftGraph(microsoftGraph, evidence)]),
    ...(notify === null ? [] : [createNotify(notify)]),
    ...(network === null ? [] : [createNetwork(network)]),
    ...(endpoint === null ? [] : [createEndpoint(endpoint, evidence)]),
    ...(router === null ? [] : [createRouter(router, evidence)]),
  ];
}

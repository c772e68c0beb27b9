/** The list of connectors; one line each. */
import type { EgressSettings } from '../egress/egress.ts';
import type { EvidenceArchive } from '../evidence/store.ts';
import type { Connector } from './connector.ts';
import { createEndpoint, type EndpointConfig } from './endpoint/index.ts';
import { createDefender, type DefenderConfig } from './defender/index.ts';
import { createGoogleWorkspace, type GoogleConfig } from './google-workspace/index.ts';
import { createHttp, type HttpConfig } from './http/index.ts';
import { createMicrosoftGraph, type GraphConfig } from './microsoft-graph/index.ts';
import { createNetwork, type NetworkConfig } from './network/index.ts';
import { createNotify, type NotifyConfig } from './notify/index.ts';
import { createRouter, type RouterConfig } from './router/index.ts';
import { createReport, type ReportConfig, type RunRecord } from './report/index.ts';

/** Null: not configured, so nothing can be performed by it. */
export interface ConnectorSettings {
  readonly googleWorkspace: GoogleConfig | null;
  readonly microsoftGraph: GraphConfig | null;
  readonly notify: NotifyConfig | null;
  readonly network: NetworkConfig | null;
  readonly endpoint: EndpointConfig | null;
  readonly router: RouterConfig | null;
  readonly http: HttpConfig | null;
  readonly defender: DefenderConfig | null;
  readonly report: ReportConfig;
}

/** What connectors share. */
export interface Around {
  readonly evidence: EvidenceArchive;
  readonly record: RunRecord;
  readonly egress: EgressSettings;
}

/** Throws for a configuration that a connector knows it could never work with. */
export function createConnectors(
  settings: ConnectorSettings,
  { evidence, record, egress }: Around,
): readonly Connector[] {
  const { googleWorkspace, microsoftGraph, notify, network, endpoint, router, http, defender, report } =
    settings;
  return [
    ...(googleWorkspace === null ? [] : [createGoogleWorkspace(googleWorkspace, evidence, egress)]),
    ...(microsoftGraph === null ? [] : [createMicrosoftGraph(microsoftGraph, evidence, egress)]),
    ...(notify === null ? [] : [createNotify(notify, egress)]),
    ...(network === null ? [] : [createNetwork(network)]),
    ...(endpoint === null ? [] : [createEndpoint(endpoint, evidence)]),
    ...(router === null ? [] : [createRouter(router, evidence)]),
    ...(http === null ? [] : [createHttp(http, evidence, egress)]),
    ...(defender === null ? [] : [createDefender(defender, evidence, egress)]),
    createReport(report, evidence, record),
  ];
}

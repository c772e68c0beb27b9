/** The list of connectors; one line each. */
import type { EvidenceStore } from '../evidence/store.ts';
import type { Connector } from './connector.ts';
import { createGoogleWorkspace, type GoogleConfig } from './google-workspace/index.ts';
import { createMicrosoftGraph, type GraphConfig } from './microsoft-graph/index.ts';
import { createNotify, type NotifyConfig } from './notify/index.ts';

/** Null: not configured, so nothing can be performed by it. */
export interface ConnectorSettings {
  readonly googleWorkspace: GoogleConfig | null;
  readonly microsoftGraph: GraphConfig | null;
  readonly notify: NotifyConfig | null;
}

/** Throws for a configuration that a connector knows it could never work with. */
export function createConnectors(settings: ConnectorSettings, evidence: EvidenceStore): readonly Connector[] {
  const { googleWorkspace, microsoftGraph, notify } = settings;
  return [
    ...(googleWorkspace === null ? [] : [createGoogleWorkspace(googleWorkspace, evidence)]),
    ...(microsoftGraph === null ? [] : [createMicrosoftGraph(microsoftGraph, evidence)]),
    ...(notify === null ? [] : [createNotify(notify)]),
  ];
}

/** The settings of a deployment that has configured no connector. */
import type { ConnectorSettings } from '../../activities/connectors/index.ts';

export const NO_CONNECTORS: ConnectorSettings = {
  googleWorkspace: null,
  microsoftGraph: null,
  notify: null,
  network: null,
  endpoint: null,
  router: null,
  http: null,
  defender: null,
  report: {},
};

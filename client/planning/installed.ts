/** What could perform a playbook's tasks, for commands that show and never act. */
import { createCatalogue } from '../../activities/catalogue/index.ts';
import { shipped } from '../../activities/connectors/shipped.ts';
import type { Catalogue } from '../../workflows/language/catalogue.ts';
import type { Config } from '../../worker/config.ts';

export interface Installed {
  readonly catalogue: Catalogue;
  /** Connectors that are shipped but lack their section in the configuration. */
  readonly unconfigured: readonly string[];
}

/** All shipped connectors, also those nobody has configured yet: a plan may be looked at before that. */
export function installed(config: Pick<Config, 'connectors'>): Installed {
  const { connectors, ready } = shipped(config.connectors);
  return {
    catalogue: createCatalogue(connectors),
    unconfigured: connectors.map(({ name }) => name).filter((name) => !ready.has(name)),
  };
}

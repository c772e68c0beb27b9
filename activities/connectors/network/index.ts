/** The network around a compromised device: its switch port, its firewall, the resolvers it asks. Over SSH. */
import type { CallContext, Connector } from '../connector.ts';
import { performanceOf } from '../deed.ts';
import { blockDomains } from './block.ts';
import type { NetworkConfig } from './config.ts';
import { networkIsolate, type At } from './isolate.ts';

export type { NetworkConfig } from './config.ts';

/** Nothing is contacted and no library loaded before the first call. */
export function createNetwork(config: NetworkConfig): Connector {
  const bind = (call: CallContext): At => ({ config, call });
  return {
    name: 'network',
    performs: Object.fromEntries([
      performanceOf(networkIsolate(config), bind),
      performanceOf(blockDomains(config), bind),
    ]),
  };
}

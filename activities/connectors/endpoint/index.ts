/** A compromised Linux device: what its query log says, what it holds as evidence, what runs on it. Over SSH. */
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Connector } from '../connector.ts';
import { performanceOf } from '../deed.ts';
import { collectForensics } from './collect.ts';
import type { EndpointConfig } from './config.ts';
import { detectAnomaly } from './detect.ts';
import type { At } from './device.ts';
import { revokeCredentials } from './revoke.ts';
import { readRules } from './rules.ts';
import { terminateProcesses } from './terminate.ts';

export type { EndpointConfig } from './config.ts';

/** Nothing is contacted before the first call. Throws when the rules file cannot be read. */
export function createEndpoint(config: EndpointConfig, evidence: EvidenceStore): Connector {
  const rules = readRules(config.rulesFile);
  const bind = (call: CallContext): At => ({ config, rules, evidence, call });
  return {
    name: 'endpoint',
    performs: Object.fromEntries([
      performanceOf(detectAnomaly, bind),
      performanceOf(collectForensics, bind),
      performanceOf(terminateProcesses, bind),
      performanceOf(revokeCredentials, bind),
    ]),
  };
}

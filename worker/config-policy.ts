/** The policy part of cordon.yaml, in the terms of the policy engines. */
import { openEnforced, type ActivationPaths } from '../activities/policy/enforced.ts';
import {
  openPolicy,
  POLICY_DEFAULTS,
  type OpenedPolicy,
  type PolicyConfig,
} from '../activities/policy/index.ts';
import { opaAddress } from '../activities/policy/opa/ask.ts';
import type { OpaSettings } from '../activities/policy/opa/opa.ts';
import type { Config } from './config.ts';
import type { ConfigFile } from './config-schema.ts';

export interface PolicySection {
  /** Null: Cedar, embedded. */
  readonly opa: OpaSettings | null;
  /** Null: the folder's set is enforced as it stands when the worker starts. */
  readonly activated: ActivationPaths | null;
  /** A folder whose set is asked beside the enforced one and decides nothing. */
  readonly shadow: string | null;
}

export function policyFrom({ policy }: ConfigFile, at: (path: string) => string): PolicySection {
  const { opa, activation, signers, shadow } = policy;
  const address = opa === undefined ? null : opaAddress(opa.url);
  return {
    opa: opa === undefined || address === null ? null : { address, timeoutMs: opa.timeout_ms },
    activated:
      activation === undefined || signers === undefined
        ? null
        : { activation: at(activation), signers: at(signers) },
    shadow: shadow === undefined ? null : at(shadow),
  };
}

export function policySettings(config: Config, folder: string = config.policies): PolicyConfig {
  return {
    ...POLICY_DEFAULTS,
    folder,
    killSwitchFile: config.killSwitch,
    maxTargets: config.maxTargets,
    expectedDigest: folder === config.policies ? config.policyDigest : null,
    opa: config.policy.opa,
  };
}

/** As a worker with this configuration enforces it. */
export function openConfigured(config: Config): Promise<OpenedPolicy> {
  const settings = policySettings(config);
  const { activated } = config.policy;
  return activated === null ? openPolicy(settings) : openEnforced(settings, activated);
}

/** The policy part of cordon.yaml, in the terms of the policy engines. */
import { openEnforced, type ActivationPlaces } from '../activities/policy/enforced.ts';
import {
  openPolicy,
  POLICY_DEFAULTS,
  type OpenedPolicy,
  type PolicyConfig,
} from '../activities/policy/index.ts';
import { openRoster } from '../activities/approvals/roster.ts';
import { opaAddress } from '../activities/policy/opa/ask.ts';
import type { OpaSettings } from '../activities/policy/opa/opa.ts';
import { openSigners, type OpenedSigners } from '../activities/policy/signers.ts';
import type { Config } from './config.ts';
import type { ConfigFile } from './config-schema.ts';

export interface PolicySection {
  /** Null: Cedar, embedded. */
  readonly opa: OpaSettings | null;
  /** Null: the folder's set is enforced as it stands when the worker starts. */
  readonly activated: ActivationPlaces | null;
  /** A folder whose set is asked beside the enforced one and decides nothing. */
  readonly shadow: string | null;
}

export function policyFrom({ policy, roster }: ConfigFile, at: (path: string) => string): PolicySection {
  const { opa, activation, signers, shadow } = policy;
  const address = opa === undefined ? null : opaAddress(opa.url);
  return {
    opa: opa === undefined || address === null ? null : { address, timeoutMs: opa.timeout_ms },
    activated:
      activation === undefined
        ? null
        : {
            activation: at(activation),
            signers: () => (signers === undefined ? signersOf(roster, at) : openSigners(at(signers))),
          },
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

/** Whoever has a key in the roster of approvers may sign for policies, where no other list is given. */
async function signersOf(roster: ConfigFile['roster'], at: (path: string) => string): Promise<OpenedSigners> {
  if (roster === undefined)
    return { kind: 'problems', problems: ['policy.activation needs policy.signers, or a roster with keys'] };
  const opened = await openRoster(at(roster.file), roster.digest ?? null);
  return opened.kind === 'problems' ? opened : { kind: 'signers', book: opened.roster };
}

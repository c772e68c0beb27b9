/** The shadow set of the configuration, with its log beside the state. */
import { dirname, join } from 'node:path';
import { openPolicy } from '../activities/policy/index.ts';
import { createShadow, shadowLog, type Shadow } from '../activities/policy/shadow.ts';
import type { Config } from './config.ts';
import { policySettings } from './config-policy.ts';

export type OpenedShadow =
  | { readonly kind: 'shadow'; readonly shadow: Shadow }
  | { readonly kind: 'none' }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export function shadowLogOf(config: Pick<Config, 'state'>): string {
  return join(dirname(config.state), 'policy-shadow.jsonl');
}

export async function openShadow(config: Config): Promise<OpenedShadow> {
  const folder = config.policy.shadow;
  if (folder === null) return { kind: 'none' };
  const opened = await openPolicy(policySettings(config, folder));
  if (opened.kind === 'problems')
    return { kind: 'problems', problems: opened.problems.map((problem) => `policy.shadow: ${problem}`) };
  return { kind: 'shadow', shadow: createShadow(opened.engine, shadowLog(shadowLogOf(config))) };
}

/** A policy set as the policy commands look at it: its files, its rules, its cases, and the set ready to be asked. */
import { createInstance } from '../../activities/policy/cedar/instance.ts';
import { readRules, type PolicyText, type Rule } from '../../activities/policy/cedar/rule.ts';
import type { Policy, PolicyEngine } from '../../activities/policy/engine.ts';
import { guard } from '../../activities/policy/guards.ts';
import { openSet } from '../../activities/policy/index.ts';
import { readLists, readYaml } from '../../activities/policy/lists.ts';
import { problem, readFolder, type Problems } from '../../activities/policy/set-files.ts';
import { testTable, type TestTable } from '../../activities/policy/testing/table.ts';
import type { Config } from '../../worker/config.ts';
import { policySettings } from '../../worker/config-policy.ts';

export interface LookedAt {
  readonly folder: string;
  readonly policy: Policy;
  /** Empty where the rules are not Cedar's. */
  readonly rules: readonly Rule[];
  readonly schema: PolicyText | null;
  readonly table: TestTable;
  /** The set's guards before another engine; no kill switch, which is not the set's. */
  guarded(engine: PolicyEngine): Pick<Policy, 'decide'>;
}

export type LookAt = { readonly kind: 'set'; readonly set: LookedAt } | Problems;

/** Everything of the set must be sound. Cases are asked as if no kill switch were on. */
export async function lookAt(config: Config, folder: string = config.policies): Promise<LookAt> {
  const read = await readFolder(folder);
  if (read.kind === 'problems') return read;
  const { files } = read;
  const settings = { ...policySettings(config, folder), killSwitchFile: null, expectedDigest: null };
  const opened = await openSet(files, settings);
  if (opened.kind === 'problems') return opened;
  const lists = readLists(files);
  if (lists.kind === 'problems') return lists;
  const tests = files.find(({ file }) => file === 'tests.yaml');
  if (tests === undefined)
    return problem(`${folder} holds no tests.yaml; a set without cases is not enforced`);
  const table = readYaml(tests, testTable);
  if (table.kind === 'problems') return table;
  const texts = files.filter(({ file }) => file.endsWith('.cedar'));
  const rules =
    settings.opa === null ? readRules(createInstance(), texts) : { kind: 'rules' as const, rules: [] };
  if (rules.kind === 'problems') return rules;
  return {
    kind: 'set',
    set: {
      folder,
      policy: opened.engine,
      rules: rules.rules,
      schema: files.find(({ file }) => file.endsWith('.cedarschema')) ?? null,
      table: table.value,
      guarded: (engine) =>
        guard(engine, {
          directory: lists.directory,
          list: lists.guards,
          killSwitch: async () => null,
          maxTargets: settings.maxTargets,
          deadlineMs: 5_000,
        }),
    },
  };
}

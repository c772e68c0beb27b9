import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { createInstance } from '../../activities/policy/cedar/instance.ts';
import { readRules } from '../../activities/policy/cedar/rule.ts';
import type { Rule } from '../../activities/policy/cedar/rule.ts';
import type { AssetDirectory } from '../../activities/policy/assets.ts';
import type { Policy, PolicyEngine } from '../../activities/policy/engine.ts';
import { guard } from '../../activities/policy/guards.ts';
import { openPolicy, POLICY_DEFAULTS } from '../../activities/policy/index.ts';
import { cedarWith, SHIPPED, shippedTexts } from './questions.ts';

const given = z.strictObject({
  type: z.string(),
  targets: z.array(z.string()),
  connector: z.string(),
  reversibility: z.enum(['none', 'A', 'B', 'C']),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  playbook: z.string(),
  mode: z.enum(['development', 'production']),
  approvals: z.array(z.strictObject({ by: z.string(), assurance: z.enum(['V0', 'V1', 'V2', 'V3']) })),
});
const table = z
  .strictObject({
    usual: given,
    cases: z.array(
      z.strictObject({
        name: z.string(),
        given: given.partial(),
        expect: z.strictObject({
          effect: z.enum(['allow', 'deny', 'needs_approval']),
          rules: z.array(z.string()).min(1),
          quorum: z.int().optional(),
        }),
      }),
    ),
  })
  .parse(parse(readFileSync(join(SHIPPED, 'tests.yaml'), 'utf8')));
type Case = (typeof table.cases)[number];

const NO_TASK = { task: 'a_task', caseId: 'CASE-1', requestedBy: 'robin' };
const fixed = (one: Case) => {
  const { approvals, targets, ...rest } = one.given;
  return Object.fromEntries(
    Object.entries({ ...rest, approvals, targets }).filter(([, value]) => value !== undefined),
  );
};
const asked = (one: Case) => ({ ...NO_TASK, ...table.usual, ...fixed(one) });

async function answer(policy: Policy, one: Case): Promise<Case['expect']> {
  const verdict = await policy.decide(asked(one));
  const quorum = verdict.obligations.find((one) => one.kind === 'approval')?.quorum;
  return {
    effect: verdict.effect,
    rules: [...new Set(verdict.rules.map((rule) => rule.id))].sort(),
    ...(quorum === undefined ? {} : { quorum }),
  };
}
const expected = (one: Case) => ({ ...one.expect, rules: [...one.expect.rules].sort() });

function rulesOfSet(): readonly Rule[] {
  const read = readRules(createInstance(), shippedTexts('.cedar'));
  if (read.kind === 'problems') throw new Error(read.problems.join('\n'));
  return read.rules;
}

function withoutRule(id: string): PolicyEngine {
  const left = rulesOfSet().filter((rule) => rule.id !== id);
  return cedarWith(left.map((rule) => ({ file: rule.id, text: rule.text })));
}

let policy: Policy;
let directory: AssetDirectory;
beforeAll(async () => {
  const opened = await openPolicy({ ...POLICY_DEFAULTS, folder: SHIPPED });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  policy = opened.engine;
  directory = opened.directory;
});

const guarded = (engine: PolicyEngine) =>
  guard(engine, { directory, killSwitch: () => Promise.resolve(false), maxTargets: 50, deadlineMs: 5000 });

describe('The shipped policy set', () => {
  test.each(table.cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    expect(await answer(policy, one)).toEqual(expected(one));
  });

  test('has a case in which each rule decides, and a near miss in which it does not', () => {
    for (const rule of rulesOfSet()) {
      const deciding = table.cases.filter((one) => one.expect.rules.includes(rule.id));
      expect({ rule: rule.id, deciding: deciding.length > 0 }).toEqual({ rule: rule.id, deciding: true });
      const types = new Set(deciding.map((one) => asked(one).type));
      const near = table.cases.filter((one) => types.has(asked(one).type) && !deciding.includes(one));
      expect({ rule: rule.id, nearMiss: near.length > 0 }).toEqual({ rule: rule.id, nearMiss: true });
    }
  });

  test('turns a decision when any one rule is taken away', async () => {
    for (const { id } of rulesOfSet()) {
      const mutant = guarded(withoutRule(id));
      const answers = await Promise.all(table.cases.map((one) => answer(mutant, one)));
      const turned = table.cases.filter((one, at) => answers[at]?.effect !== one.expect.effect);
      expect({ id, turned: turned.length > 0 }).toEqual({ id, turned: true });
    }
  }, 60_000);

  test('speaks about every task type of the catalogue, and about no other', async () => {
    const schema = createInstance().schemaToJson(shippedTexts('.cedarschema')[0]?.text ?? '');
    if (schema.type === 'failure') throw new Error('the shipped schema is unreadable');
    const actions = Object.entries(schema.json['']?.actions ?? {});
    const leaves = actions.filter(([, { appliesTo }]) => (appliesTo?.resourceTypes.length ?? 0) > 0);
    expect(leaves.map(([name]) => name).sort()).toEqual((await catalogueTypes()).sort());
  });

  test('decides in a few milliseconds once warm', async () => {
    const [first] = table.cases;
    if (first === undefined) throw new Error('no cases');
    for (let i = 0; i < 200; i += 1) await policy.decide(asked(first));
    // Processor time, not the clock's: other work on the machine must not decide.
    const started = process.cpuUsage();
    for (let i = 0; i < 500; i += 1) await policy.decide(asked(first));
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000 / 500).toBeLessThan(4);
  });
});

/** Read from the folder, so that a new file of task types cannot be forgotten here. */
async function catalogueTypes(): Promise<string[]> {
  const folder = join(import.meta.dirname, '../../activities/catalogue');
  const names = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const module = (await import(join(folder, file))) as { readonly [name: string]: unknown };
    for (const value of Object.values(module))
      if (typeof value === 'object' && value !== null && 'targets' in value && 'name' in value)
        names.add(String(value.name));
  }
  return [...names];
}

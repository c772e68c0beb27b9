import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { createInstance } from '../../activities/policy/cedar/instance.ts';
import { readRules } from '../../activities/policy/cedar/rule.ts';
import type { Rule } from '../../activities/policy/cedar/rule.ts';
import type { Policy } from '../../activities/policy/engine.ts';
import { guard } from '../../activities/policy/guards.ts';
import { openPolicy, POLICY_DEFAULTS } from '../../activities/policy/index.ts';
import { readLists } from '../../activities/policy/lists.ts';
import { mutate, negate, uncovered } from '../../activities/policy/testing/gate.ts';
import { differenceFrom, questionOf, testTable } from '../../activities/policy/testing/table.ts';
import { SHIPPED, shippedTexts } from './questions.ts';

jest.setTimeout(120_000);

const table = testTable.parse(parse(readFileSync(join(SHIPPED, 'tests.yaml'), 'utf8')));

function rulesOfSet(): readonly Rule[] {
  const read = readRules(createInstance(), shippedTexts('.cedar'));
  if (read.kind === 'problems') throw new Error(read.problems.join('\n'));
  return read.rules;
}

let policy: Policy;
beforeAll(async () => {
  const opened = await openPolicy({ ...POLICY_DEFAULTS, folder: SHIPPED });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  policy = opened.engine;
});

describe('The shipped policy set', () => {
  test.each(table.cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    expect(differenceFrom(one, await policy.decide(questionOf(table, one)))).toBeNull();
  });

  test('has a case in which each rule decides, and a near miss in which it does not', () => {
    expect(uncovered(table, rulesOfSet())).toEqual([]);
    const nobody = [{ id: 'nobody-tests-me' }];
    expect(uncovered(table, nobody)).toEqual([expect.stringContaining('nobody-tests-me decides in no case')]);
  });

  test('P13: whichever rule is taken away or turned round, a case notices', async () => {
    const lists = readLists(['assets.yaml', 'guards.yaml'].flatMap(shippedTexts));
    if (lists.kind === 'problems') throw new Error(lists.problems.join('\n'));
    const [schema] = shippedTexts('.cedarschema');
    if (schema === undefined) throw new Error('the shipped set has no schema');
    const rules = rulesOfSet();
    const mutants = await mutate({
      table,
      rules,
      schema,
      guarded: (engine) =>
        guard(engine, {
          directory: lists.directory,
          list: lists.guards,
          killSwitch: async () => null,
          maxTargets: 50,
          deadlineMs: 5000,
        }),
    });
    expect(mutants.length).toBeGreaterThan(rules.length);
    expect(mutants.filter(({ noticedBy }) => noticedBy === null)).toEqual([]);
  });

  test('P13: a set without a case for a forbid lets the mutant live (control)', async () => {
    const [schema] = shippedTexts('.cedarschema');
    if (schema === undefined) throw new Error('the shipped set has no schema');
    const blind = {
      ...table,
      cases: table.cases.filter((one) => !one.expect.rules.includes('one-router-at-a-time')),
    };
    const rules = rulesOfSet().filter(
      ({ id }) => id === 'one-router-at-a-time' || id === 'reversible-changes',
    );
    const mutants = await mutate({
      table: { ...blind, cases: [] },
      rules,
      schema,
      guarded: (engine) => ({
        decide: async (one) => engine.decide({ ...one, targets: [], barred: [], released: true }),
      }),
    });
    expect(mutants.some(({ noticedBy }) => noticedBy === null)).toBe(true);
  });

  test('conditions are turned round as written, strings and comments left alone', () => {
    expect(negate('forbid (principal, action, resource) when { "when {" == "x" };')).toBe(
      'forbid (principal, action, resource) unless { "when {" == "x" };',
    );
    expect(negate('forbid (principal, action, resource);')).toBeNull();
  });

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
    const question = questionOf(table, first);
    for (let i = 0; i < 200; i += 1) await policy.decide(question);
    // Processor time, not the clock's: other work on the machine must not decide.
    const started = process.cpuUsage();
    for (let i = 0; i < 500; i += 1) await policy.decide(question);
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

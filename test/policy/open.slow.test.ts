import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openPolicy, POLICY_DEFAULTS } from '../../activities/policy/index.ts';
import type { PolicyConfig } from '../../activities/policy/index.ts';
import { SHIPPED } from './questions.ts';

/** Each policy is compiled anew, and the machine may be busy. */
jest.setTimeout(30_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordon-policy-'));
  cpSync(SHIPPED, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (over: Partial<PolicyConfig> = {}) => openPolicy({ ...POLICY_DEFAULTS, folder, ...over });
const problems = async (over: Partial<PolicyConfig> = {}) => {
  const opened = await open(over);
  return opened.kind === 'problems' ? opened.problems.join('\n') : 'opened';
};
const digest = async () => {
  const opened = await open();
  return opened.kind === 'policy' ? opened.engine.set.digest : 'refused';
};

describe('A policy folder', () => {
  test('opens, with one digest over everything in it', async () => {
    const before = await digest();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest()).toBe(before);
    writeFileSync(join(folder, 'tests.yaml'), 'cases: []\n');
    const after = await digest();
    expect(after).not.toBe(before);
    expect(await problems({ expectedDigest: after })).toBe('opened');
  });

  test('is refused when it is not the one that was expected', async () => {
    expect(await problems({ expectedDigest: '0'.repeat(64) })).toContain('check what changed');
  });

  test('is refused when it does not exist, or holds no policy, schema or asset list', async () => {
    expect(await problems({ folder: join(folder, 'nowhere') })).toContain('ENOENT');
    rmSync(join(folder, 'cordon.cedarschema'));
    expect(await problems()).toContain('exactly one .cedarschema');
    cpSync(join(SHIPPED, 'cordon.cedarschema'), join(folder, 'cordon.cedarschema'));
    rmSync(join(folder, 'assets.yaml'));
    expect(await problems()).toContain('assets.yaml is missing');
    for (const file of ['accounts', 'devices', 'everything', 'routers'])
      rmSync(join(folder, `${file}.cedar`));
    expect(await problems()).toContain('holds no rule');
  });

  test('is refused whole when one rule of one file is wrong, naming the file and the rule', async () => {
    writeFileSync(
      join(folder, 'extra.cedar'),
      '@id("oops") @reason("x") permit (principal, action, resource is Acount);',
    );
    expect(await problems()).toContain('oops');
    writeFileSync(join(folder, 'extra.cedar'), 'permit (principal');
    expect(await problems()).toContain('extra.cedar');
  });

  test('is refused when its schema does not take what Cordon sends', async () => {
    writeFileSync(
      join(folder, 'cordon.cedarschema'),
      'entity Playbook; entity Account; action ListFilters appliesTo { principal: Playbook, resource: Account, context: {} };',
    );
    for (const file of ['accounts', 'devices', 'everything', 'routers'])
      rmSync(join(folder, `${file}.cedar`));
    writeFileSync(join(folder, 'all.cedar'), '@id("all") @reason("x") permit (principal, action, resource);');
    expect(await problems()).toContain('action "ListFilters" on account');
  });

  test('is refused when the asset list is wrong, naming the place', async () => {
    writeFileSync(join(folder, 'assets.yaml'), 'assets: [{ kind: account }]\nprotected: []\n');
    expect(await problems()).toContain('assets.yaml at assets.0');
    writeFileSync(join(folder, 'assets.yaml'), 'assets: &a []\nprotected: *a\n');
    expect(await problems()).toContain('not readable YAML');
    writeFileSync(
      join(folder, 'assets.yaml'),
      'assets: []\nprotected: [{ name: ceo@corp.example, because: x }]\n',
    );
    expect(await problems()).toContain('matches no entry');
  });
});

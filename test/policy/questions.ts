/** Questions for tests of policy: an ordinary one, to be laid over with what a case is about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '../../activities/policy/assets.ts';
import { createCedarEngine } from '../../activities/policy/cedar/cedar.ts';
import type { CedarOpened } from '../../activities/policy/cedar/cedar.ts';
import type { Cedar } from '../../activities/policy/cedar/instance.ts';
import type { PolicyText } from '../../activities/policy/cedar/rule.ts';
import type { PolicyEngine, PolicyQuestion, PolicyRequest } from '../../activities/policy/engine.ts';

export const SHIPPED = join(import.meta.dirname, '../../policies');

export const question: PolicyQuestion = {
  task: 'rotate_password',
  type: 'RotatePassword',
  connector: 'google-workspace',
  reversibility: 'C',
  severity: 'high',
  playbook: 'email_takeover_v1',
  playbookVersion: '1',
  caseId: 'CASE-1',
  requestedBy: 'robin',
  approvals: [],
  roster: false,
  mode: 'development',
  at: Date.UTC(2026, 10, 25, 12),
  startedAt: Date.UTC(2026, 10, 25, 11),
  marking: { tlp: null, pap: null },
  reaches: [],
  targets: ['alice@corp.example'],
};

export const alice: Asset = {
  id: 'alice@corp.example',
  kind: 'account',
  provider: 'google-workspace',
  protected: false,
  size: 1,
};

export const request: PolicyRequest = { ...question, targets: [alice], barred: [], released: true };

/** The texts of the shipped set with this ending. */
export function shippedTexts(ending: string): PolicyText[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(SHIPPED, file), 'utf8') }));
}

export const SET = { digest: 'd'.repeat(64), name: 'test' } as const;

/** Cedar over the shipped schema and the given rules. */
export function openCedar(rules: string | readonly PolicyText[], instantiate?: () => Cedar): CedarOpened {
  const [schema] = shippedTexts('.cedarschema');
  if (schema === undefined) throw new Error('the shipped set has no schema');
  const policies = typeof rules === 'string' ? [{ file: 'test.cedar', text: rules }] : rules;
  return createCedarEngine({ schema, policies, set: SET, ...(instantiate ? { instantiate } : {}) });
}

export function cedarWith(rules: string | readonly PolicyText[], instantiate?: () => Cedar): PolicyEngine {
  const opened = openCedar(rules, instantiate);
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return opened.engine;
}

export const PERMIT_ALL = '@id("all") @reason("for the test") permit (principal, action, resource);';

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../activities/catalogue/index.ts';
import { compilePlaybook } from '../workflows/language/compile.ts';
import { parsePlaybook } from '../workflows/language/parse.ts';
import type { Plan } from '../workflows/language/plan.ts';
import { formatProblems } from '../workflows/language/problem.ts';

const folder = join(resolve(import.meta.dirname, '..'), 'playbooks');
const catalogue = createCatalogue([]);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function planOf(file: string): Plan {
  const parsed = parsePlaybook(readFileSync(join(folder, file)), file);
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  const compiled = compilePlaybook(parsed.playbook, catalogue, { file, locate: parsed.locate });
  if (compiled.kind === 'problems') throw new Error(formatProblems(compiled.problems));
  return compiled.plan;
}

function gated(plan: Plan): readonly string[] {
  return plan.tasks.filter(({ approvalRequired }) => approvalRequired).map(({ name }) => name);
}

test.each(files)('%s compiles, and its id is the name of its file', (file) => {
  const plan = planOf(file);
  expect(`${plan.playbook.id}.yaml`).toBe(file);
  expect(plan.tasks.length).toBeGreaterThan(0);
});

describe('the shipped playbooks walk as documented', () => {
  test('email_takeover_v1: evidence and listing before any change, sign-out after the password', () => {
    const plan = planOf('email_takeover_v1.yaml');
    expect(plan.playbook).toMatchObject({ severity: 'high', tags: ['email', 'compromise'] });
    expect(plan.layers).toEqual([
      ['proof_of_control'],
      ['evidence_snapshot', 'list_filters', 'rotate_password'],
      ['delete_suspicious_filters', 'enroll_2fa', 'revoke_oauth'],
      ['hardening_coach'],
    ]);
    expect(gated(plan)).toEqual(['delete_suspicious_filters', 'rotate_password', 'enroll_2fa']);
  });

  test('account_lockdown_v1: evidence before any change, and locked after what a locked mailbox forbids', () => {
    const plan = planOf('account_lockdown_v1.yaml');
    expect(plan.playbook).toMatchObject({ severity: 'critical', tags: ['email', 'account', 'containment'] });
    expect(plan.layers).toEqual([
      ['proof_of_control'],
      ['evidence_snapshot', 'list_access'],
      ['stop_forwarding', 'revoke_apps', 'stop_replies'],
      ['suspend_account'],
      ['sign_out'],
    ]);
    expect(gated(plan)).toEqual([]);
  });

  test('device_compromise_v1: nothing waits for the revoked credentials', () => {
    const plan = planOf('device_compromise_v1.yaml');
    expect(plan.playbook).toMatchObject({
      severity: 'critical',
      tags: ['device', 'endpoint', 'compromise', 'forensics'],
    });
    expect(plan.layers).toEqual([
      ['detect_anomaly'],
      ['network_isolate', 'terminate_processes', 'block_c2_domains'],
      ['collect_forensics', 'revoke_device_credentials'],
      ['create_incident_report'],
      ['notify_security_team'],
    ]);
    expect(gated(plan)).toEqual(['network_isolate', 'terminate_processes', 'revoke_device_credentials']);
    expect(plan.tasks.flatMap(({ needs }) => needs.map(({ task }) => task))).not.toContain(
      'revoke_device_credentials',
    );
  });

  test('router_lockdown_v1: the backup comes first, and its time is read at the end', () => {
    const plan = planOf('router_lockdown_v1.yaml');
    expect(plan.playbook).toMatchObject({
      severity: 'high',
      tags: ['network', 'router', 'infrastructure', 'hardening'],
    });
    expect(plan.layers).toEqual([
      ['backup_config'],
      ['disable_remote_access', 'change_admin_password'],
      ['update_firmware', 'apply_acl_rules'],
      ['scan_vulnerabilities', 'enable_logging'],
      ['verify_hardening'],
      ['document_changes'],
    ]);
    expect(gated(plan)).toEqual(['disable_remote_access', 'change_admin_password', 'update_firmware']);
    expect(plan.tasks.at(-1)?.inputs).toMatchObject({
      kind: 'object',
      fields: expect.arrayContaining([
        ['timestamp', { kind: 'expression', cel: 'backup_config.output.timestamp' }],
      ]) as unknown,
    });
  });

  test('frr_lockdown_v1: what of a lockdown FRR can do, in the same order', () => {
    const plan = planOf('frr_lockdown_v1.yaml');
    expect(plan.layers).toEqual([
      ['backup_config'],
      ['disable_remote_access', 'change_admin_password'],
      ['apply_acl_rules'],
      ['verify_hardening'],
      ['document_changes'],
    ]);
    expect(gated(plan)).toEqual(['disable_remote_access', 'change_admin_password']);
  });
});

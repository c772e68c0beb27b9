/** What the shipped playbooks hand from task to task: each field is one that its producer declares, or nothing loads. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { contracts, createCatalogue } from '../activities/catalogue/index.ts';
import { compilePlaybook } from '../workflows/language/compile.ts';
import { parsePlaybook } from '../workflows/language/parse.ts';

const HANDED_ON = [
  ['email_takeover_v1', 'list_filters', 'ListFilters', 'suspicious_ids'],
  ['email_takeover_v1', 'list_filters', 'ListFilters', 'user_id'],
  ['device_compromise_v1', 'detect_anomaly', 'DetectAnomaly', 'malicious_pids'],
  ['device_compromise_v1', 'detect_anomaly', 'DetectAnomaly', 'c2_domains'],
  ['device_compromise_v1', 'detect_anomaly', 'DetectAnomaly', 'iocs'],
  ['device_compromise_v1', 'create_incident_report', 'CreateIncidentReport', 'report_url'],
  ['router_lockdown_v1', 'scan_vulnerabilities', 'ScanRouter', 'findings'],
  ['router_lockdown_v1', 'verify_hardening', 'VerifyHardening', 'changes_applied'],
  ['router_lockdown_v1', 'backup_config', 'BackupRouterConfig', 'timestamp'],
] as const;

/** Problem codes of a playbook with one text in place of another. */
function objectionsTo(id: string, from = '', to = ''): readonly string[] {
  const file = join(resolve(import.meta.dirname, '..'), 'playbooks', `${id}.yaml`);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  const parsed = parsePlaybook(Buffer.from(text.replaceAll(from, to)), file);
  if (parsed.kind === 'problems') return parsed.problems.map(({ code }) => code);
  const compiled = compilePlaybook(parsed.playbook, createCatalogue([]), { file, locate: parsed.locate });
  return compiled.kind === 'problems' ? compiled.problems.map(({ code }) => code) : [];
}

function fieldsOf(type: string): readonly string[] {
  const contract = contracts.get(type);
  return contract === undefined ? [] : Object.keys(z.toJSONSchema(contract.output).properties ?? {});
}

describe('what one task hands to another', () => {
  test.each(HANDED_ON)('%s: %s puts out what its type %s declares as %s', (id, task, type, field) => {
    expect(fieldsOf(type)).toContain(field);
    expect(objectionsTo(id)).toEqual([]);
    const reference = `${task}.output.${field}`;
    expect(objectionsTo(id, reference, `${reference}x`)).toEqual(['unknown_reference']);
  });
});

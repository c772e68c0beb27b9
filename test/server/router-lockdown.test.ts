/** router_lockdown_v1 from its start to its undo, through Temporal, on a router that answers for itself. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../workflows/language/json.ts';
import { verifyFile } from '../audit/verified.ts';
import type { Run } from './scene.ts';
import {
  answers,
  evidenceText,
  FIRST,
  openSiteScene,
  SECOND,
  sign,
  takenBack,
  type SiteScene,
} from './signed.ts';
import { setStage } from './stage.ts';

const stage = setStage();

const OPEN = [
  'telnet: listens',
  'http: listens',
  'ssh: everywhere',
  'rules for what comes in: none',
  'log: stays here',
  'firmware: 23.05.2',
];
const LOCKED = [
  'telnet: closed',
  'http: closed',
  'ssh: lan only',
  'rules for what comes in: 2',
  'log: to syslog.example',
  'firmware: 23.05.3',
];

function begin(scene: SiteScene, more: JsonObject = {}): Promise<Run> {
  const context = { ...scene.site.routerContext(scene.keep), ...more };
  return scene.start({ playbook: 'router_lockdown_v1', context });
}

describe('a router with its doors open', () => {
  test('is backed up, locked down, updated, verified and documented; an undo opens all but firmware and password', async () => {
    const scene = await openSiteScene(stage, 'router');
    expect(answers(await scene.site.routerFacts())).toEqual(OPEN);
    const run = await begin(scene);
    await sign(scene, run, 'disable_remote_access', [SECOND]);
    await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
    await sign(scene, run, 'update_firmware', [FIRST, SECOND]);
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(answers(await scene.site.routerFacts())).toEqual(LOCKED);
    expect(scene.site.describe()).toMatchObject({ router: { password_changed: true } });

    const backup = tasks['backup_config']?.output;
    const text = await evidenceText(scene, backup?.['backup']);
    for (const line of ["list listen_http '0.0.0.0:80'", "option Port '22'"]) expect(text).toContain(line);
    expect(text).not.toContain('cordon_in');
    expect(tasks['disable_remote_access']?.output).toEqual({
      disabled: ['telnet', 'http', 'ssh_external'],
      already_disabled: [],
    });
    expect(tasks['update_firmware']).toMatchObject({
      output: { previous_version: '23.05.2', version: '23.05.3', checksum_verified: true },
      approvers: [FIRST, SECOND],
    });
    expect(tasks['apply_acl_rules']?.output).toEqual({ applied: 2, already_present: 0 });
    const findings = tasks['scan_vulnerabilities']?.output?.['findings'];
    const verified = tasks['verify_hardening'];
    expect(verified?.inputs['scan_results']).toEqual(findings);
    expect(verified?.output).toMatchObject({ passed: true, failed_items: [] });

    const documented = tasks['document_changes'];
    expect(documented?.inputs).toMatchObject({
      changes: verified?.output?.['changes_applied'],
      timestamp: backup?.['timestamp'],
    });
    const told = await evidenceText(scene, documented?.output?.['document']);
    expect(told).toContain('192.0.2.10');
    expect(told).toContain('log_ip');
    const undo = ['undo_enable_logging', 'undo_apply_acl_rules', 'undo_disable_remote_access'];
    expect(await takenBack(scene, run, undo)).toMatchObject({
      status: 'completed',
      counts: { completed: 3 },
    });
    expect(answers(await scene.site.routerFacts())).toEqual([...OPEN.slice(0, 5), LOCKED[5]]);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
  });

  test('keeps its firmware where nobody of the network team signs, and is closed all the same', async () => {
    const scene = await openSiteScene(stage, 'router');
    const run = await begin(scene);
    await sign(scene, run, 'disable_remote_access', [FIRST]);
    await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
    const { card } = await run.waitsFor('update_firmware', 'approval');
    expect(card.body).toMatchObject({ quorum: 2 });
    await sign(scene, run, 'update_firmware', [FIRST], 'reject');
    const { status, tasks } = await run.result();
    expect(status).toBe('incomplete');
    expect(tasks['verify_hardening']).toMatchObject({ status: 'blocked' });
    expect(answers(await scene.site.routerFacts())).toEqual([...LOCKED.slice(0, 5), OPEN[5]]);
  });

  test('the path to all other routers is left alone', async () => {
    const scene = await openSiteScene(stage, 'router');
    const run = await begin(scene, { router_ip: '192.0.2.1' });
    const { tasks } = await run.result();
    expect(tasks['backup_config']).toMatchObject({ status: 'denied', rules: ['guard.protected_asset'] });
    expect(scene.site.effects()).toEqual([]);
  });
});

/** device_compromise_v1 from its start to its undo, through Temporal, on a site whose devices answer for themselves. */
import { describe, expect, test } from '@jest/globals';
import { confirmStep } from '../../client/demo/voting.ts';
import { verifyFile } from '../audit/verified.ts';
import { eventsOf } from './record.ts';
import type { Run } from './scene.ts';
import {
  answers,
  evidenceText,
  FIRST,
  openSiteScene,
  SECOND,
  sign,
  takenBack,
  textOf,
  type SiteScene,
} from './signed.ts';
import { setStage } from './stage.ts';

const stage = setStage();

const BEFORE = [
  'switch, port of host-0042: VLAN 10',
  'resolver, evil.example: answered',
  'host-0042, processes: 812 4711 4712',
];
const CONTAINED = [
  'switch, port of host-0042: VLAN 666',
  'resolver, evil.example: does not exist',
  'host-0042, processes: 812',
];

function begin(scene: SiteScene, device = 'host-0042'): Promise<Run> {
  const context = { ...scene.site.deviceContext('#soc'), device_id: device };
  return scene.start({ playbook: 'device_compromise_v1', context });
}

async function contain(scene: SiteScene, run: Run): Promise<void> {
  await sign(scene, run, 'network_isolate', [FIRST]);
  await sign(scene, run, 'terminate_processes', [FIRST, SECOND]);
  await sign(scene, run, 'revoke_device_credentials', [SECOND]);
  await run.opens('revoke_device_credentials', 'confirmation');
  await confirmStep(scene, run.id, 'revoke_device_credentials', SECOND);
}

describe('a compromised device', () => {
  test('is isolated, looked into and cut off, and the team is told where the report lies', async () => {
    const scene = await openSiteScene(stage, 'device');
    expect(answers(await scene.site.deviceFacts())).toEqual(BEFORE);
    const run = await begin(scene);
    await contain(scene, run);
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(answers(await scene.site.deviceFacts())).toEqual(CONTAINED);

    const detected = tasks['detect_anomaly']?.output;
    expect(detected).toMatchObject({ malicious_pids: [4711, 4712], c2_domains: ['evil.example'] });
    expect(tasks['network_isolate']).toMatchObject({
      output: { isolated: true, previous_vlan: 10 },
      approvers: [FIRST],
    });
    expect(tasks['terminate_processes']).toMatchObject({
      inputs: { process_ids: detected?.['malicious_pids'] },
      output: { terminated: [4711, 4712], already_gone: [] },
      approvers: [FIRST, SECOND],
    });
    expect(tasks['block_c2_domains']).toMatchObject({
      inputs: { domains: detected?.['c2_domains'] },
      output: { blocked: ['evil.example'], already_blocked: [] },
      approvers: [],
    });
    expect(tasks['revoke_device_credentials']).toMatchObject({
      reason: `confirmed by ${SECOND}`,
      output: { revoked: [{ type: 'oauth' }, { type: 'certificates' }, { type: 'vpn' }] },
    });

    const forensics = tasks['collect_forensics']?.output;
    expect(await evidenceText(scene, forensics?.['artifact'])).toContain('processes.txt');
    const report = tasks['create_incident_report']?.output;
    const text = await evidenceText(scene, report?.['report']);
    for (const told of ['host-0042', 'evil.example', textOf(forensics, 'summary')])
      expect(text).toContain(told);
    const [mail, ...more] = scene.mail.messages();
    expect(more).toEqual([]);
    expect(mail?.to).toEqual(['soc@corp.example']);
    expect(mail?.text).toContain(textOf(report, 'report_url'));

    expect(eventsOf(run.record(), 'terminate_processes')).toEqual([
      'task_created',
      'policy_checked',
      'task_waiting_approval',
      'vote_counted',
      'task_approved',
      'policy_checked',
      'task_started',
      'connector_intent',
      'connector_called',
      'task_completed',
    ]);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
  });

  test('is let back into the network and answered as before once the run is undone; its processes stay ended', async () => {
    const scene = await openSiteScene(stage, 'device');
    const run = await begin(scene);
    await contain(scene, run);
    await run.result();
    const undone = await takenBack(scene, run, ['undo_network_isolate', 'undo_block_c2_domains']);
    expect(undone).toMatchObject({ status: 'completed', counts: { completed: 2 } });
    expect(undone.undo?.items).toContainEqual(
      expect.objectContaining({ task: 'terminate_processes', state: 'cannot' }),
    );
    expect(answers(await scene.site.deviceFacts())).toEqual([...BEFORE.slice(0, 2), CONTAINED[2]]);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
  });

  test('a refused card leaves its processes running; what needs their end is not done, the rest is', async () => {
    const scene = await openSiteScene(stage, 'device');
    const run = await begin(scene);
    await sign(scene, run, 'network_isolate', [FIRST]);
    await sign(scene, run, 'terminate_processes', [FIRST], 'reject');
    await sign(scene, run, 'revoke_device_credentials', [FIRST], 'reject');
    const { status, tasks } = await run.result();
    expect(status).toBe('incomplete');
    expect(answers(await scene.site.deviceFacts())).toEqual([...CONTAINED.slice(0, 2), BEFORE[2]]);
    expect(tasks['create_incident_report']).toMatchObject({
      status: 'blocked',
      blocked_by: ['terminate_processes'],
    });
    expect(scene.mail.messages()).toEqual([]);
  });

  test('a domain controller is not even looked at', async () => {
    const scene = await openSiteScene(stage, 'device');
    const run = await begin(scene, 'host-dc-01');
    const { tasks } = await run.result();
    expect(tasks['detect_anomaly']).toMatchObject({ status: 'denied', rules: ['guard.protected_asset'] });
    expect(scene.site.effects()).toEqual([]);
    expect(answers(await scene.site.deviceFacts())).toEqual(BEFORE);
  });
});

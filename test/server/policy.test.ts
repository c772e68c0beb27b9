import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { openPolicy } from '../../activities/policy/index.ts';
import { compileOpened } from '../../client/planning/compile.ts';
import { foresee } from '../../client/planning/foresee.ts';
import { installed } from '../../client/planning/installed.ts';
import { openPlaybook } from '../../client/playbooks.ts';
import { policySettings } from '../../worker/config-policy.ts';
import { entryOf } from './record.ts';
import { ALICE, RILEY, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();

/** Whatever the provider was made to change, in order. */
const changes = (scene: Scene): readonly string[] => scene.google.effects().map(({ what }) => what);

async function underWay(scene: Scene): Promise<Run> {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  await run.opens('rotate_password', 'approval');
  await run.opens('delete_suspicious_filters', 'approval');
  return run;
}

describe('F18: a kill switch that is turned on while a run is under way', () => {
  test('stops every effect from then on, whatever is approved, and says so in the record', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    const before = changes(scene);
    writeFileSync(scene.config.killSwitch ?? '', '');
    await run.approve('rotate_password');
    await run.approve('delete_suspicious_filters');
    const report = await run.result();
    expect(report.tasks['rotate_password']).toMatchObject({ status: 'denied' });
    expect(report.tasks['delete_suspicious_filters']).toMatchObject({ status: 'denied' });
    expect(changes(scene)).toEqual(before);
    const denied = entryOf(run.record(), 'task_policy_failed', 'rotate_password');
    expect(JSON.stringify(denied?.details)).toContain('guard.kill_switch');
  });

  test('for another connector leaves it alone (control)', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    writeFileSync(scene.config.killSwitch ?? '', 'connectors: [router]\n');
    await run.approve('delete_suspicious_filters');
    await run.reject('rotate_password');
    const report = await run.result();
    expect(report.tasks['delete_suspicious_filters']).toMatchObject({ status: 'completed' });
    expect(changes(scene).length).toBeGreaterThan(0);
  });
});

describe('P15: a dry run', () => {
  test('changes nothing anywhere, and decides as the run does', async () => {
    const scene = await stage.open();
    const { config } = scene;
    scene.google.seedAttacker(ALICE);
    const opened = await openPlaybook('email_takeover_v1', config.playbooks);
    if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
    const compiled = compileOpened(opened, installed(config).catalogue, 'google-workspace');
    if (compiled.kind === 'problems') throw new Error(compiled.problems.join('\n'));
    const policy = await openPolicy(policySettings(config));
    if (policy.kind === 'problems') throw new Error(policy.problems.join('\n'));
    const foreseen = await foresee({
      plan: compiled.sealed.plan,
      context: { target_email: ALICE },
      caseId: 'DRY-1',
      requestedBy: RILEY,
      mode: config.mode,
      policy: policy.engine,
      now: Date.now(),
      marking: { tlp: null, pap: null },
    });
    expect(changes(scene)).toEqual([]);
    expect(scene.mail.messages()).toEqual([]);

    const run = await scene.start();
    await run.opens('rotate_password', 'approval');
    await run.opens('delete_suspicious_filters', 'approval');
    await run.reject('rotate_password');
    await run.reject('delete_suspicious_filters');
    await run.result();
    const known = foreseen.filter(({ verdict }) => verdict !== null);
    expect(known.length).toBeGreaterThan(5);
    let compared = 0;
    for (const { task, verdict } of known) {
      const judged = entryOf(run.record(), 'policy_checked', task.name);
      if (judged === undefined) continue;
      compared += 1;
      expect([task.name, judged.details['effect'], judged.details['policy_set']]).toEqual([
        task.name,
        verdict?.effect,
        verdict?.policySet,
      ]);
    }
    expect(compared).toBeGreaterThan(3);
  });
});

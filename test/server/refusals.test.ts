import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { entryOf, eventsOf } from './record.ts';
import { ALICE, CARLA } from './scene.ts';
import { setStage } from './stage.ts';
import { denied, failureIsolated, PROTECTED, settled } from './stories.ts';

const stage = setStage();

describe('policy', () => {
  test('lets nothing be done to a protected account, and says by which rule', async () => {
    const scene = await stage.open();
    const run = await denied(scene);
    const { status, counts, tasks } = await run.result();
    expect({ status, counts }).toEqual({ status: 'incomplete', counts: { denied: 1, blocked: 7 } });
    expect(tasks['proof_of_control']).toMatchObject({
      status: 'denied',
      rules: ['guard.protected_asset'],
      attempts: 0,
      reason: expect.stringContaining(PROTECTED),
    });
    expect(eventsOf(run.record(), 'proof_of_control')).toEqual([
      'task_created',
      'policy_checked',
      'task_policy_failed',
    ]);
    expect(entryOf(run.record(), 'policy_checked', 'proof_of_control')?.details).toMatchObject({
      effect: 'deny',
      rules: [{ id: 'guard.protected_asset', effect: 'guard' }],
    });
    expect(scene.google.effects()).toEqual([]);
    expect(scene.mail.messages()).toEqual([]);
  });

  test('lets nothing be done to an account of a domain that is not ours', async () => {
    const scene = await stage.open();
    const stranger = 'mallory@elsewhere.example';
    scene.google.seedAttacker(stranger);
    const run = await scene.start({
      context: { target_email: stranger },
      options: { provider: 'google-workspace' },
    });
    const { status, tasks } = await run.result();
    expect(status).toBe('incomplete');
    expect(tasks['proof_of_control']).toMatchObject({ status: 'denied', rules: ['guard.unknown_asset'] });
    expect(scene.google.effects()).toEqual([]);
  });

  test('lets no account be changed through a provider that does not hold it', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(CARLA);
    const run = await scene.start({
      playbook: 'rotation_v1',
      context: { target_email: CARLA },
      options: { provider: 'google-workspace' },
    });
    expect((await run.result()).tasks['rotate_password']).toMatchObject({
      status: 'denied',
      rules: expect.arrayContaining(['account-at-its-provider']),
    });
    expect(scene.google.effects()).toEqual([]);
  });

  test('is asked again after the approval: a kill switch thrown meanwhile stops the task', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const { killSwitch } = scene.config;
    expect(existsSync(String(killSwitch))).toBe(false);
    const run = await scene.start();
    await run.opens('rotate_password', 'approval');
    await run.opens('delete_suspicious_filters', 'approval');
    writeFileSync(String(killSwitch), 'stop, says the officer on duty\n');
    await run.approve('rotate_password');
    await run.approve('delete_suspicious_filters');
    const { status, tasks } = await run.result();
    expect(status).toBe('incomplete');
    for (const task of ['rotate_password', 'delete_suspicious_filters'])
      expect(tasks[task]).toMatchObject({
        status: 'denied',
        rules: ['guard.kill_switch'],
        reason: expect.stringContaining('kill switch'),
      });
    expect(scene.google.effects()).toEqual([]);

    rmSync(String(killSwitch));
    const later = await scene.start({ caseId: 'after-the-stop' });
    await later.opens('rotate_password', 'approval');
    await later.handle.terminate('the test is over');
  });
});

describe('a provider that says', () => {
  test('no fails one task: what needs it is blocked by name, what does not is completed', async () => {
    const scene = await stage.open();
    const run = await failureIsolated(scene);
    const { status, counts, tasks } = await run.result();
    expect({ status, counts }).toEqual({ status: 'failed', counts: { completed: 4, failed: 1, blocked: 3 } });
    expect(tasks['rotate_password']).toMatchObject({
      status: 'failed',
      attempts: 1,
      error_code: expect.stringMatching(/^google_/),
      error: expect.stringContaining('google'),
      output: null,
    });
    for (const [task, needs] of [
      ['enroll_2fa', ['rotate_password']],
      ['revoke_oauth', ['rotate_password']],
      ['hardening_coach', ['enroll_2fa', 'revoke_oauth']],
    ] as const)
      expect(tasks[task]).toMatchObject({ status: 'blocked', blocked_by: needs, attempts: 0 });
    for (const task of ['proof_of_control', 'evidence_snapshot', 'list_filters', 'delete_suspicious_filters'])
      expect(tasks[task]?.status).toBe('completed');
    expect(scene.google.effects()).toHaveLength(2);
    expect(eventsOf(run.record(), 'rotate_password').slice(-3)).toEqual([
      'connector_intent',
      'connector_error',
      'task_failed',
    ]);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true });
  });

  test('nothing, after it was told to act: nobody tries again, and a person says what became of it', async () => {
    const scene = await stage.open();
    const run = await settled(scene);
    const { status, tasks } = await run.result();
    expect(status).toBe('failed');
    expect(tasks['hardening_coach']).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: expect.stringContaining('it may have been sent'),
    });
    expect(scene.mail.messages()).toHaveLength(1);
    expect(eventsOf(run.record(), 'hardening_coach').slice(-5)).toEqual([
      'connector_intent',
      'connector_error',
      'task_indeterminate',
      'task_resolved',
      'task_failed',
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { ownActs } from './record.ts';
import { ALICE, CARLA, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();

/** Nobody was asked, and the record says all of it. */
async function expectLocked(scene: Scene, run: Run): Promise<void> {
  const report = await run.result();
  expect(report).toMatchObject({ status: 'completed', counts: { completed: 8 } });
  const record = run.record();
  expect(record.filter(({ event }) => event === 'task_waiting_approval')).toEqual([]);
  const entries = record.length + ownActs(scene.config.state);
  expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, entries, reason: null });
}

describe('an account that is being abused', () => {
  test('at Google is locked at once, with every switch on record', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ playbook: 'account_lockdown_v1' });
    await expectLocked(scene, run);
    const effects = scene.google.effects().map(({ what }) => what);
    expect(effects.toSorted()).toEqual([
      'account suspended',
      'app password 1 revoked',
      'autoForwarding set',
      expect.stringMatching(/^grant of .* revoked$/),
      'signed out everywhere',
      'vacation set',
    ]);
    expect(effects.slice(-2)).toEqual(['account suspended', 'signed out everywhere']);
    expect(scene.google.describe(ALICE)).toMatchObject({ suspended: true, sessions: 0, grants: [] });
  });

  test('at Entra is locked by the same playbook', async () => {
    const scene = await stage.open();
    scene.graph.seedAttacker(CARLA);
    const context = { target_email: CARLA };
    const run = await scene.start({ playbook: 'account_lockdown_v1', context });
    await expectLocked(scene, run);
    const effects = scene.graph.effects().map(({ what }) => what);
    expect(effects).toHaveLength(6);
    expect(effects.slice(-2)).toEqual(['account disabled', '2 session(s) ended']);
    expect(scene.graph.describe(CARLA)).toMatchObject({
      enabled: false,
      automatic_replies: 'disabled',
      sessions: 0,
      grants: [],
    });
  });
});

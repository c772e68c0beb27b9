import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { startServer } from '../../client/server/start.ts';
import { signals } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { killWorkers, startWorkerCommand, startWorkerProcess, type WorkerProcess } from './other-process.ts';
import { entryOf, eventsOf, holdLock, ownActs } from './record.ts';
import { ALICE, goThrough, SAM, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();
afterEach(killWorkers);

const another = (scene: Scene): Promise<WorkerProcess> =>
  startWorkerProcess(scene, stage.server().address, stage.bundle());

const effectsOf = (scene: Scene): readonly string[] => scene.google.effects().map(({ what }) => what);
const ONE_PASSWORD = ['password set, must be changed at next sign-in'];

/** A password change that is approved and about to be made by a worker that can be killed. */
async function rotation(): Promise<{ scene: Scene; run: Run; worker: WorkerProcess }> {
  const scene = await stage.open({ workerless: true });
  scene.google.seedAttacker(ALICE);
  const worker = await another(scene);
  const run = await scene.start({ playbook: 'rotation_v1' });
  await run.opens('rotate_password', 'approval');
  await rests(run);
  return { scene, run, worker };
}

/** A card is on record before its step is over; a worker killed in between would open another card. */
const rests = (run: Run): Promise<unknown> =>
  eventually('the run rests', async () =>
    (await run.handle.describe()).raw.pendingWorkflowTask ? null : true,
  );

const intended = (run: Run): Promise<unknown> =>
  eventually(
    'the intent is on record',
    () => entryOf(run.record(), 'connector_intent', 'rotate_password') ?? null,
  );

async function expectOneEffect(scene: Scene, run: Run, attempts: number): Promise<void> {
  const { status, tasks } = await run.result();
  expect(status).toBe('completed');
  expect(tasks['rotate_password']).toMatchObject({ status: 'completed', attempts, approved_by: SAM });
  expect(effectsOf(scene)).toEqual(ONE_PASSWORD);
  const events = eventsOf(run.record(), 'rotate_password');
  expect(events.filter((event) => event === 'connector_intent')).toHaveLength(attempts);
  expect(events.slice(-2)).toEqual(['connector_called', 'task_completed']);
  expect(await verifyFile(scene.config.state)).toMatchObject({
    verified: true,
    entries: run.record().length + ownActs(scene.config.state),
  });
}

describe('a worker that is killed', () => {
  test('before it acts leaves the action to the next one, which makes it once', async () => {
    const { scene, run, worker } = await rotation();
    await worker.kill();
    await run.approve('rotate_password');
    expect(effectsOf(scene)).toEqual([]);
    await scene.startWorker();
    await expectOneEffect(scene, run, 1);
  });

  test('while its request is at the provider: the next one repeats it, and it takes effect once', async () => {
    const { scene, run, worker } = await rotation();
    scene.google.fault({ match: { method: 'PUT' }, kind: 'delay', delayMs: 3_000, times: 1 });
    await run.approve('rotate_password');
    await intended(run);
    await wait(1_000);
    expect(effectsOf(scene)).toEqual([]);
    await worker.kill();
    // Nobody works now; what takes effect was sent by the dead.
    await eventually('the request takes effect', () => (effectsOf(scene).length > 0 ? true : null));
    expect(eventsOf(run.record(), 'rotate_password')).not.toContain('connector_called');
    await scene.startWorker();
    await expectOneEffect(scene, run, 2);
  });

  test('between the effect and its record: the next one repeats it, and it takes effect once', async () => {
    const { scene, run, worker } = await rotation();
    scene.google.fault({ match: { method: 'PUT' }, kind: 'delay', delayMs: 1_500, times: 1 });
    await run.approve('rotate_password');
    await intended(run);
    const letGo = holdLock(scene.config.state);
    await eventually('the change takes effect', () => (effectsOf(scene).length > 0 ? true : null));
    await wait(500);
    await worker.kill();
    letGo();
    expect(effectsOf(scene)).toEqual(ONE_PASSWORD);
    expect(eventsOf(run.record(), 'rotate_password')).not.toContain('connector_called');
    await scene.startWorker();
    await expectOneEffect(scene, run, 2);
  });

  test('over a mail that may have gone out: nobody sends it again, and a person says what became of it', async () => {
    const scene = await stage.open({ workerless: true });
    scene.mail.fault({ kind: 'hang', stage: 'after_data', times: 1 });
    const worker = await another(scene);
    const run = await scene.start({ playbook: 'coaching_v1' });
    await eventually('the mail is taken', () => (scene.mail.messages().length > 0 ? true : null));
    await worker.kill();
    await scene.startWorker();
    const open = await run.waitsFor('hardening_coach', 'settlement');
    expect(open.fault).toContain('a repeat of this action is not safe');
    expect(await run.report()).toMatchObject({
      status: 'waiting',
      tasks: { hardening_coach: { status: 'waiting_settlement' } },
    });
    const answer = {
      task: 'hardening_coach',
      result: 'completed',
      by: SAM,
      reason: 'it is in the mailbox',
    } as const;
    await run.handle.signal(signals.resolve, answer);
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(tasks['hardening_coach']).toMatchObject({ status: 'completed', reason: `confirmed by ${SAM}` });
    expect(entryOf(run.record(), 'task_resolved', 'hardening_coach')?.details).toMatchObject({
      by: SAM,
      result: 'completed',
    });
    expect(scene.mail.messages()).toHaveLength(1);
  });
});

describe('worker and server', () => {
  test('both restarted while a card is open go on where they were', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cordon-restart-'));
    const dbFile = join(dir, 'temporal.db');
    let server = await startServer({ dbFile, binary: stage.server().binary });
    try {
      const { address } = server;
      const scene = await stage.open({ address, workerless: true });
      scene.google.seedAttacker(ALICE);
      const worker = await startWorkerCommand(scene, address);
      const run = await scene.start();
      const before = await run.waitsFor('rotate_password', 'approval');
      await run.opens('delete_suspicious_filters', 'approval');
      await rests(run);
      await worker.kill();
      await server.stop();
      server = await startServer({ dbFile, port: Number(address.split(':')[1]), binary: server.binary });
      await startWorkerCommand(scene, address);
      expect(await run.waitsFor('rotate_password', 'approval')).toEqual(before);
      const report = await goThrough(run, scene.google, ALICE);
      expect(report).toMatchObject({ status: 'completed', counts: { completed: 8 } });
      expect(effectsOf(scene)).toHaveLength(6);
      expect(await verifyFile(scene.config.state)).toMatchObject({
        verified: true,
        entries: run.record().length + ownActs(scene.config.state),
      });
    } finally {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('an audit record that cannot be written', () => {
  test('stops every action until it can; then the run goes on and nothing is missing', async () => {
    const { scene, run, worker } = await rotation();
    const entries = run.record().length;
    const letGo = holdLock(scene.config.state);
    await run.approve('rotate_password');
    // Longer than the store waits for a lock by itself: calls must have failed meanwhile.
    await eventually('the worker says so', () =>
      worker.logged.some((line) => /^judge will be tried again: .*SQLITE_BUSY/.test(line)) ? true : null,
    );
    expect(effectsOf(scene)).toEqual([]);
    expect(run.record()).toHaveLength(entries);
    letGo();
    await expectOneEffect(scene, run, 1);
    expect(eventsOf(run.record(), 'rotate_password')).toEqual([
      'task_created',
      'policy_checked',
      'task_waiting_approval',
      'task_approved',
      'policy_checked',
      'task_started',
      'connector_intent',
      'connector_called',
      'task_completed',
    ]);
  });
});

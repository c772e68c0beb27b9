/**
 * What people and providers do in each behaviour worth remembering. Each story begins a run and tells it to its
 * end; tests assert what came of it, and `record-histories.ts` saves its history for replay.
 */
import { chainOf } from '../../client/runs/chain.ts';
import { startUndo } from '../../client/undo/undo.ts';
import { SITE } from '../../simulators/device/site.ts';
import type { Simulator } from '../../simulators/simulator.ts';
import { undoIdFor } from '../../workflows/language/reserved.ts';
import { signals, updates } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { entryOf } from './record.ts';
import { ALICE, CARLA, goThrough, RILEY, SAM, type Run, type Scene } from './scene.ts';

export type Story = (scene: Scene) => Promise<Run>;

export const happyGoogle: Story = (scene) => happy(scene, scene.google, ALICE);
export const happyEntra: Story = (scene) => happy(scene, scene.graph, CARLA);

async function happy(scene: Scene, provider: Simulator, account: string): Promise<Run> {
  provider.seedAttacker(account);
  const run = await scene.start({ context: { target_email: account } });
  await goThrough(run, provider, account);
  return run;
}

/** Sam does not want the password changed, but has the filters removed. */
export const rejected: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  await Promise.all([run.reject('rotate_password'), run.approve('delete_suspicious_filters')]);
  await run.result();
  return run;
};

/** Google fails once after it was told the new password; the call is made again. */
export const retried: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const match = { method: 'PUT', path: '/users/' };
  scene.google.fault({ match, kind: 'status', status: 503, reason: 'backendError', times: 1 });
  const run = await scene.start({ playbook: 'rotation_v1' });
  await run.approve('rotate_password');
  await run.result();
  return run;
};

/** Nobody answers for two seconds. */
export const expired: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ playbook: 'brief_approval_v1' });
  await run.result();
  return run;
};

export const PROTECTED = 'ceo@corp.example';

export const denied: Story = async (scene) => {
  scene.google.seedAttacker(PROTECTED);
  const run = await scene.start({ context: { target_email: PROTECTED } });
  await run.result();
  return run;
};

/** Google lets nobody change this password. */
export const failureIsolated: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const match = { method: 'PUT', path: '/users/' };
  scene.google.fault({ match, kind: 'status', status: 403, reason: 'forbidden', times: 1000 });
  const run = await scene.start();
  await Promise.all([run.approve('rotate_password'), run.approve('delete_suspicious_filters')]);
  await run.result();
  return run;
};

/** The directory never shows the second factor; Sam has seen it on the telephone. */
export const humanStepConfirmed: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  await Promise.all([run.approve('rotate_password'), run.approve('delete_suspicious_filters')]);
  await run.approve('enroll_2fa');
  await run.opens('enroll_2fa', 'confirmation');
  await run.handle.signal(signals.confirm, { task: 'enroll_2fa', by: SAM, reason: 'saw it done' });
  await run.result();
  return run;
};

/** The connection breaks after the mail was handed over; Sam looks and finds that it never came. */
export const settled: Story = async (scene) => {
  scene.mail.fault({ kind: 'drop', stage: 'after_data', times: 1 });
  const run = await scene.start({ playbook: 'coaching_v1' });
  await run.opens('hardening_coach', 'settlement');
  const word = {
    task: 'hardening_coach',
    result: 'failed',
    by: SAM,
    reason: 'asked Alice, nothing came',
  } as const;
  await run.handle.signal(signals.resolve, word);
  await run.result();
  return run;
};

/** The same case once more, after its end. */
export const startedAgain: Story = async (scene) => {
  await happyGoogle(scene);
  const again = await scene.start();
  await again.result();
  return again;
};

/** Called off while two cards are open. */
export const cancelled: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  await run.opens('rotate_password', 'approval');
  await run.opens('delete_suspicious_filters', 'approval');
  await run.handle.cancel();
  await run.result().catch(() => null);
  return run;
};

/** Grows too long while cards are open and one vote was refused, and goes on as a new run. */
export const continued: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ options: { continue_after_events: 50 } });
  await run.opens('rotate_password', 'approval');
  await run.opens('delete_suspicious_filters', 'approval');
  const { card } = await run.waitsFor('rotate_password', 'approval');
  const vote = { task: 'rotate_password', digest: card.digest, by: RILEY, reason: 'it is my own run' };
  await run.handle.executeUpdate(updates.approve, { args: [vote] });
  await outgrow(run);
  await goThrough(run, scene.google, ALICE);
  return run;
};

/** Junk makes any history grow, until the run that was current is not. */
export async function outgrow(run: Run): Promise<void> {
  const { runId } = await run.handle.describe();
  await eventually('the run continues as a new one', async () => {
    await run.handle.signal(signals.confirm, { task: 'nobody', by: RILEY, reason: 'a word for no one' });
    return (await run.handle.describe()).runId === runId ? null : true;
  });
}

/** What is sent by mistake or in malice, before the right word comes. */
export const malformedSignal: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  const { card } = await run.waitsFor('rotate_password', 'approval');
  const vote = { task: 'rotate_password', digest: card.digest, by: SAM, reason: 'called the owner' };
  for (const junk of ['yes', null, 7, [vote], {}, { ...vote, digest: card.digest.slice(0, 12) }])
    await run.handle.signal('approve', junk);
  await run.handle.signal('approve', { ...vote, force: true });
  await run.handle.signal('approve', { ...vote, task: 'hardening_coach' });
  await run.handle.signal('approve', { ...vote, digest: '0'.repeat(64) });
  await run.handle.signal('approve');
  await run.handle.signal('launch', vote);
  await goThrough(run, scene.google, ALICE);
  return run;
};

export const approvedByUpdate: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  for (const task of ['rotate_password', 'delete_suspicious_filters', 'enroll_2fa']) {
    const { card } = await run.waitsFor(task, 'approval');
    const vote = { task, digest: card.digest, by: SAM, reason: 'called the owner' };
    await run.handle.executeUpdate(updates.approve, { args: [vote] });
  }
  await run.opens('enroll_2fa', 'confirmation');
  scene.google.enroll2FA(ALICE);
  await run.result();
  return run;
};

/** Sam agrees and thinks better of it in the same moment, before any worker looks; later Lee agrees. */
export const withdrawn: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ playbook: 'rotation_v1' });
  const { card } = await run.waitsFor('rotate_password', 'approval');
  const vote = { task: 'rotate_password', digest: card.digest, by: SAM, reason: 'called the owner' };
  await scene.stopWorker();
  await run.handle.signal(signals.approve, vote);
  await run.handle.signal(signals.withdraw, { ...vote, reason: 'the owner called again' });
  await scene.startWorker();
  await eventually(
    'it is taken back',
    () => entryOf(run.record(), 'vote_withdrawn', 'rotate_password') ?? null,
  );
  await run.approve('rotate_password', 'lee@corp.example');
  await run.result();
  return run;
};

/** What closing_v1 and brittle_v1 are started with, on a simulated site. */
export const ON_SITE = { device_id: SITE.device, router_ip: SITE.router, target_email: ALICE } as const;

/** Everything is closed, and opened again by an undo that Sam agrees to step by step. Returns the undo. */
export const undone: Story = async (scene) => {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ playbook: 'closing_v1', context: { ...ON_SITE } });
  await run.result();
  const { client, config } = scene;
  await startUndo({
    client,
    taskQueue: config.taskQueue,
    workflowId: run.id,
    options: { requested_by: RILEY },
  });
  const undo = await undoOf(scene, run);
  for (const task of ['undo_close_telnet', 'undo_block', 'undo_isolate']) await undo.approve(task);
  await undo.result();
  return undo;
};

/** Google refuses to revoke, so the isolation before it is taken back. */
export const undoneAfterFailure: Story = async (scene) => {
  const match = { path: '/tokens' };
  scene.google.fault({ match, kind: 'status', status: 403, reason: 'forbidden', times: 1000 });
  const { device_id, target_email } = ON_SITE;
  const run = await scene.start({ playbook: 'brittle_v1', context: { device_id, target_email } });
  await (await undoOf(scene, run)).approve('undo_isolate');
  await run.result();
  return run;
};

export async function undoOf(scene: Scene, run: Run): Promise<Run> {
  const id = undoIdFor(run.id);
  const chain = await eventually('the undo has begun', () => chainOf(scene.client, id).catch(() => null));
  return scene.run(id, chain);
}

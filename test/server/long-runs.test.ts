import { describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { WorkflowFailedError, CancelledFailure } from '@temporalio/client';
import { entryOf, eventsOf, ownActs } from './record.ts';
import { ALICE, goThrough, RILEY } from './scene.ts';
import { setStage } from './stage.ts';
import { cancelled, continued, outgrow } from './stories.ts';

const stage = setStage();

describe('a run whose history grows too long', () => {
  test('goes on as a new run: same plan, same cards, no word lost, every effect once', async () => {
    const scene = await stage.open();
    const run = await continued(scene);
    expect(await run.result()).toMatchObject({ status: 'completed', counts: { completed: 8 } });

    const first = await scene.client.workflow.getHandle(run.id, run.chain).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    expect((await run.handle.describe()).runId).not.toBe(run.chain);

    const record = run.record();
    expect(record.filter(({ event }) => event === 'run_continued').length).toBeGreaterThanOrEqual(1);
    for (const task of ['rotate_password', 'delete_suspicious_filters'])
      expect(eventsOf(record, task).filter((event) => event === 'task_waiting_approval')).toHaveLength(1);
    expect(entryOf(record, 'vote_refused', 'rotate_password')?.details).toMatchObject({
      by: RILEY,
      code: 'requester',
    });
    expect(eventsOf(record, null).filter((event) => event === 'playbook_started')).toHaveLength(1);
    expect(scene.google.effects()).toHaveLength(6);
    expect(scene.mail.messages()).toHaveLength(1);
    expect(await verifyFile(scene.config.state)).toMatchObject({
      verified: true,
      entries: record.length + ownActs(scene.config.state),
    });
  });

  test('keeps the card that was open: a vote for the digest read before still counts', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ options: { continue_after_events: 50 } });
    const before = await run.waitsFor('rotate_password', 'approval');
    await run.opens('delete_suspicious_filters', 'approval');
    const started = await run.report();
    await outgrow(run);
    const after = await run.waitsFor('rotate_password', 'approval');
    expect(after).toEqual(before);
    expect(await run.report()).toMatchObject({
      plan_digest: started.plan_digest,
      requested_by: RILEY,
      tasks: { proof_of_control: started.tasks['proof_of_control'] },
    });
    await goThrough(run, scene.google, ALICE);
    expect(scene.google.effects()).toHaveLength(6);
  });
});

describe('a run that is called off', () => {
  test('while cards are open ends as cancelled in Temporal and on record, and can still be asked', async () => {
    const scene = await stage.open();
    const run = await cancelled(scene);
    const error: unknown = await run.result().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(eventsOf(run.record(), null)).toContain('run_cancelled');
    expect(run.record().at(-1)).toMatchObject({
      event: 'playbook_completed',
      details: { status: 'cancelled', counts: { completed: 3, cancelled: 5 } },
    });
    const { status, tasks } = await run.report();
    expect(status).toBe('cancelled');
    expect(tasks['rotate_password']).toMatchObject({ status: 'cancelled', reason: 'the run was cancelled' });
    expect(scene.google.effects()).toEqual([]);
  });
});

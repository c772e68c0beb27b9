import { describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { updates, type VoteInput } from '../../workflows/messages.ts';
import { inShell } from './command-line.ts';
import { entryOf, eventsOf } from './record.ts';
import { ALICE, goThrough, RILEY, SAM, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { approvedByUpdate, expired, humanStepConfirmed, malformedSignal, rejected } from './stories.ts';

const stage = setStage();

const passwords = (scene: Scene): readonly string[] =>
  scene.google.effects().flatMap(({ what }) => (what.startsWith('password set') ? [what] : []));

async function underWay(scene: Scene): Promise<Run> {
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  await run.opens('rotate_password', 'approval');
  await run.opens('delete_suspicious_filters', 'approval');
  return run;
}

/** What the Temporal UI shows of a run that is under way. */
async function detailsOf(run: Run): Promise<string> {
  const metadata = await run.handle.query<{ readonly currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  return metadata.currentDetails ?? '';
}

describe('an approval', () => {
  test('is given by the very command that the Temporal UI shows, sent by Temporal’s own program', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    const details = await detailsOf(run);
    const commands = details.split('\n').filter((line) => line.startsWith('temporal workflow signal '));
    expect(commands).toHaveLength(2);
    expect(passwords(scene)).toEqual([]);
    for (const command of commands) {
      const line = command.replace('YOUR NAME', SAM).replace('WHY', "the owner's own wish");
      await inShell(stage.server(), line.replace("owner's", `owner'\\''s`));
    }
    await run.opens('enroll_2fa', 'approval');
    expect(passwords(scene)).toHaveLength(1);
    expect(entryOf(run.record(), 'task_approved', 'rotate_password')?.details).toMatchObject({
      by: SAM,
      reason: "the owner's own wish",
    });
    expect((await run.report()).tasks['rotate_password']).toMatchObject({
      status: 'completed',
      approvers: [SAM],
    });
  });

  test('shows its card whole: what would be done, to what, by which rules, until when', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    const { card } = await run.waitsFor('rotate_password', 'approval');
    expect(card.body).toMatchObject({
      v: 2,
      task: 'rotate_password',
      type: 'RotatePassword',
      connector: 'google-workspace',
      inputs: { user_email: ALICE },
      targets: [ALICE],
      rules: ['person-for-account-recovery', 'account-recovery'],
      requestedBy: RILEY,
      quorum: 1,
    });
    expect(card.body.expiresAt).toBeGreaterThan(card.body.openedAt);
  });

  test('that is refused stops the task and what needs it, and nothing else', async () => {
    const scene = await stage.open();
    const run = await rejected(scene);
    const { status, counts, tasks } = await run.result();
    expect({ status, counts }).toEqual({
      status: 'incomplete',
      counts: { completed: 4, rejected: 1, blocked: 3 },
    });
    expect(tasks['rotate_password']).toMatchObject({
      status: 'rejected',
      reason: `${SAM}: not this mailbox`,
      output: null,
      executed_at: null,
    });
    expect(tasks['enroll_2fa']).toMatchObject({
      status: 'blocked',
      blocked_by: ['rotate_password'],
      reason: 'rotate_password was rejected',
    });
    expect(tasks['hardening_coach']?.blocked_by).toEqual(['enroll_2fa', 'revoke_oauth']);
    expect(tasks['delete_suspicious_filters']?.status).toBe('completed');
    expect(scene.google.effects().every(({ what }) => /^filter .* removed$/.test(what))).toBe(true);
    expect(scene.google.effects()).toHaveLength(2);
  });

  test('that nobody gives in time is a no, by the clock of the workflow', async () => {
    const scene = await stage.open();
    const run = await expired(scene);
    const { status, tasks } = await run.result();
    expect(status).toBe('incomplete');
    expect(tasks['rotate_password']).toMatchObject({ status: 'expired', reason: 'nobody answered in time' });
    expect(tasks['revoke_oauth']).toMatchObject({ status: 'blocked', blocked_by: ['rotate_password'] });
    expect(tasks['list_filters']?.status).toBe('completed');
    expect(scene.google.effects()).toEqual([]);
    const [asked, ended] = ['task_waiting_approval', 'task_expired'].map((event) =>
      entryOf(run.record(), event, 'rotate_password'),
    );
    const waited = Date.parse(ended?.workflow_time ?? '') - Date.parse(asked?.workflow_time ?? '');
    expect(waited).toBeGreaterThanOrEqual(2_000);
  });

  test('by update is answered; one that could never count is refused before it enters history', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    const { card } = await run.waitsFor('rotate_password', 'approval');
    const vote = { task: 'rotate_password', digest: card.digest, by: SAM, reason: 'called the owner' };
    const update = (more: Partial<VoteInput>) =>
      run.handle.executeUpdate(updates.approve, { args: [{ ...vote, ...more }] });

    const refusal = async (more: Partial<VoteInput>): Promise<string> => {
      const error: unknown = await update(more).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      return String((error as WorkflowUpdateFailedError).cause?.message);
    };
    expect(await refusal({ task: 'hardening_coach' })).toBe(
      'nothing is open for task hardening_coach; query approvals shows what is',
    );
    expect(await refusal({ digest: card.digest.slice(1) })).toMatch(
      /^this approve cannot be read \(no_digest\)/,
    );
    const { events } = await run.handle.fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);

    expect(await update({ by: ` ${RILEY.toUpperCase()} ` })).toEqual({
      counted: false,
      code: 'requester',
      reason: `${RILEY.toUpperCase()} asked for this run and cannot approve it`,
    });
    expect(await update({ digest: '0'.repeat(64) })).toMatchObject({ counted: false, code: 'other_card' });
    expect(passwords(scene)).toEqual([]);
    expect(await update({})).toEqual({
      counted: true,
      code: 'approve',
      reason: 'approve of rotate_password was taken',
    });
    await run.opens('enroll_2fa', 'approval');
    expect(await refusal({})).toBe('nothing is open for task rotate_password; query approvals shows what is');
    expect(passwords(scene)).toHaveLength(1);
    const refused = run.record().filter(({ event }) => event === 'vote_refused');
    expect(refused.map(({ details }) => details['code'])).toEqual(['requester', 'other_card']);
  });

  test('by update leads through the whole playbook', async () => {
    const scene = await stage.open();
    const run = await approvedByUpdate(scene);
    expect(await run.result()).toMatchObject({ status: 'completed', counts: { completed: 8 } });
  });

  test('in production is not taken from a name that merely stands in a message', async () => {
    const people = [{ id: 'sam', name: 'Sam', groups: ['soc'] }];
    const scene = await stage.open({ mode: 'production', people });
    const run = await underWay(scene);
    const { card } = await run.waitsFor('rotate_password', 'approval');
    const vote = { task: 'rotate_password', digest: card.digest, by: 'sam', reason: 'called the owner' };
    const reply = await run.handle.executeUpdate(updates.approve, { args: [vote] });
    expect(reply).toMatchObject({ counted: false, code: 'assurance_too_low' });
    expect((await run.report()).tasks['rotate_password']?.status).toBe('waiting_approval');
    await run.handle.cancel();
    await expect(run.result()).rejects.toThrow();
    expect(entryOf(run.record(), 'vote_refused', 'rotate_password')?.details).toMatchObject({ by: 'sam' });
    expect(passwords(scene)).toEqual([]);
  });
});

describe('what is sent to a run', () => {
  test('by mistake or in malice is written down and ignored; it never fails a workflow task', async () => {
    const scene = await stage.open();
    const run = await malformedSignal(scene);
    expect(await run.result()).toMatchObject({ status: 'completed', counts: { completed: 8 } });
    const codes = run
      .record()
      .filter(({ event }) => event === 'message_ignored')
      .map(({ details }) => details['code']);
    expect(codes).toEqual([
      'not_an_object',
      'not_an_object',
      'not_an_object',
      'not_an_object',
      'no_task',
      'no_digest',
      'unknown_field',
      'nothing_open',
      'not_an_object',
      'unknown_signal',
    ]);
    const refused = run.record().filter(({ event }) => event === 'vote_refused');
    expect(refused.map(({ details }) => details['code'])).toEqual(['other_card']);
    expect(passwords(scene)).toHaveLength(1);
    const { events } = await run.handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true });
  });

  test('by a person who did the last step themselves ends the wait for it', async () => {
    const scene = await stage.open();
    const run = await humanStepConfirmed(scene);
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(tasks['enroll_2fa']).toMatchObject({
      status: 'completed',
      output: { enrolled: true },
      reason: `confirmed by ${SAM}`,
    });
    expect(eventsOf(run.record(), 'enroll_2fa').slice(-3)).toEqual([
      'task_action_required',
      'task_confirmed',
      'task_completed',
    ]);
  });

  test('twice by the same person counts once', async () => {
    const scene = await stage.open();
    const run = await underWay(scene);
    await run.approve('rotate_password');
    await goThrough(run, scene.google, ALICE);
    expect(passwords(scene)).toHaveLength(1);
    const heard = eventsOf(run.record(), 'rotate_password');
    expect(heard.filter((event) => event === 'task_approved')).toHaveLength(1);
  });
});

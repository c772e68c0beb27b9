import { describe, expect, test } from '@jest/globals';
import {
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import type { JsonObject } from '../../workflows/language/json.ts';
import { inShell } from './command-line.ts';
import { entryOf, eventsOf } from './record.ts';
import { ALICE, goThrough, type Order, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { startedAgain } from './stories.ts';

const stage = setStage();

describe('a case', () => {
  test('started while it runs is not started again', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const run = await scene.start();
    await expect(scene.start()).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
    await goThrough(run, scene.google, ALICE);
    expect(scene.google.effects()).toHaveLength(6);
  });

  test('started again after its end repeats nothing that was done under a key, and refuses a key for other inputs', async () => {
    const scene = await stage.open();
    const again = await startedAgain(scene);
    const { tasks } = await again.result();
    const statuses = Object.entries(tasks).map(([name, { status }]) => [name, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      proof_of_control: 'skipped',
      evidence_snapshot: 'skipped',
      list_filters: 'completed',
      delete_suspicious_filters: 'failed',
      rotate_password: 'skipped',
      enroll_2fa: 'skipped',
      revoke_oauth: 'skipped',
      hardening_coach: 'completed',
    });
    expect(tasks['rotate_password']).toMatchObject({
      reason: 'done before under the same key',
      output: { password_ref: expect.stringMatching(/^secret:/) },
    });
    // The filters that were removed are no longer listed, so this is another request under the old key.
    expect(tasks['delete_suspicious_filters']).toMatchObject({ error_code: 'key_conflict', attempts: 0 });
    expect(scene.google.effects()).toHaveLength(6);
    expect(eventsOf(again.record(), 'rotate_password')).toEqual(['task_created', 'task_skipped_idempotent']);
  });

  test('started in plain JSON by Temporal’s own program runs, for whoever started it', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    scene.google.enroll2FA(ALICE);
    const input = JSON.stringify({ case_id: 'CLI-1', context: { target_email: ALICE } });
    const started = await inShell(
      stage.server(),
      `temporal workflow start --type email_takeover_v1 --task-queue ${scene.config.taskQueue} ` +
        `--workflow-id by-hand --input '${input}' -o json`,
    );
    const { runId } = JSON.parse(started) as { readonly runId: string };
    const run = scene.run('by-hand', runId);
    await Promise.all([run.approve('rotate_password'), run.approve('delete_suspicious_filters')]);
    await run.approve('enroll_2fa');
    const report = await run.result();
    const { events } = await run.handle.fetchHistory();
    const starter = events?.[0]?.workflowExecutionStartedEventAttributes?.identity;
    expect(starter).toMatch(/@/);
    expect(report).toMatchObject({ status: 'completed', case_id: 'CLI-1', requested_by: starter });
    expect(entryOf(run.record(), 'playbook_started', null)?.details).toMatchObject({ requested_by: starter });
  });
});

describe('a run that must not be', () => {
  async function refusal(scene: Scene, order: Order): Promise<readonly string[]> {
    const run = await scene.start(order);
    const error: unknown = await run.result().catch((caught: unknown) => caught);
    const cause = error instanceof WorkflowFailedError ? error.cause : error;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    const { type, nonRetryable, details } = cause as ApplicationFailure;
    expect({ type, nonRetryable }).toEqual({ type: 'PlaybookRefused', nonRetryable: true });
    const [problems] = (details ?? []) as readonly string[][];
    expect(run.record().map(({ event }) => event)).toEqual(['playbook_started', 'dag_validation_failed']);
    expect(run.record().at(-1)?.details).toEqual({ problems });
    return problems ?? [];
  }

  test('of an unknown playbook is refused in words, and that is on record', async () => {
    const scene = await stage.open();
    expect(await refusal(scene, { playbook: 'email_takeover_v9' })).toEqual([
      'there is no playbook email_takeover_v9: its file would be <playbooks folder>/email_takeover_v9.yaml',
    ]);
  });

  test.each<[string, JsonObject, RegExp]>([
    ['a context without the address', {}, /^context: .*target_email/],
    ['an address that is none', { target_email: 'alice' }, /^context: .*target_email/],
    ['a variable nobody declared', { target_email: ALICE, target: ALICE }, /^context: .*target/],
  ])('with %s is refused', async (_what, context, problem) => {
    const scene = await stage.open();
    const problems = await refusal(scene, { context });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(scene.google.effects()).toEqual([]);
  });

  test('with a case id that is no name, or options nobody knows, is refused', async () => {
    const scene = await stage.open();
    expect(await refusal(scene, { caseId: '../other' })).toEqual([
      'start input, case_id: letters, digits and . _ : - only, at most 128',
    ]);
    const options = { continue_after_events: 3, hurry: true };
    expect(await refusal(scene, { caseId: 'C-2', options })).toEqual([
      expect.stringContaining('options.continue_after_events'),
      expect.stringContaining('hurry'),
    ]);
  });
});

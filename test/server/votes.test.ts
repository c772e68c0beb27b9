/** Votes with keys of a roster, in production mode, where a mere name counts for nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { statementBytes } from '../../activities/approvals/statement.ts';
import { signStatement } from '../../client/keys/sign.ts';
import { signals, updates, type VoteInput } from '../../workflows/messages.ts';
import type { Reply } from '../../workflows/ports.ts';
import { eventually } from './eventually.ts';
import { entryOf, eventsOf } from './record.ts';
import { ALICE, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();

const PEOPLE = [
  { id: 'riley', name: 'Riley', groups: ['soc'] },
  { id: 'sam', name: 'Sam', groups: ['soc'] },
  { id: 'lee', name: 'Lee', groups: ['it'] },
] as const;

const TASK = 'rotate_password';

async function open(playbook: string, options = {}): Promise<{ readonly scene: Scene; readonly run: Run }> {
  const scene = await stage.open({ mode: 'production', people: PEOPLE });
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ playbook, options: { requested_by: 'riley', ...options } });
  await run.opens(TASK, 'approval');
  return { scene, run };
}

type Kind = 'approve' | 'reject' | 'withdraw';

/** A word on the card with this digest, signed with the person's own key. */
function word(
  scene: Scene,
  by: string,
  digest: string,
  kind: Kind = 'approve',
  reason = 'called the owner back',
): VoteInput {
  const key = scene.residents?.keys.get(by);
  if (key === undefined) throw new Error(`${by} has no key`);
  return {
    task: TASK,
    digest,
    by,
    reason,
    proof: signStatement(key, { decision: kind, subject: digest, by, reason }),
  };
}

async function digestOf(run: Run): Promise<string> {
  return (await run.waitsFor(TASK, 'approval')).card.digest;
}

function vote(run: Run, input: VoteInput, kind: Kind = 'approve'): Promise<Reply> {
  return run.handle.executeUpdate(updates[kind], { args: [input] });
}

const passwords = (scene: Scene): number =>
  scene.google.effects().filter(({ what }) => what.startsWith('password set')).length;

const codes = (run: Run, event: string): unknown[] =>
  run
    .record()
    .filter((entry) => entry.event === event)
    .map(({ details }) => details['code']);

/** To the last step that was completed, as an operator does; its old signals are put before the new run. */
async function reset(scene: Scene, run: Run): Promise<void> {
  const { events } = await run.handle.fetchHistory();
  const done = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await run.handle.describe();
  await scene.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: run.id, runId },
    reason: 'a test',
    workflowTaskFinishEventId: done.at(-1)?.eventId ?? null,
    requestId: randomUUID(),
  });
}

describe('in production', () => {
  test('A01, A02: a mere name is not counted, whatever the client calls itself; a signature is', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    const { proof: _proof, ...bare } = word(scene, 'sam', digest);
    expect(await vote(run, bare)).toMatchObject({ counted: false, code: 'assurance_too_low' });
    expect(await vote(run, word(scene, 'riley', digest))).toMatchObject({
      counted: false,
      code: 'requester',
    });
    expect(passwords(scene)).toBe(0);
    expect(await vote(run, word(scene, 'sam', digest))).toMatchObject({ counted: true });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(passwords(scene)).toBe(1);
    expect(entryOf(run.record(), 'vote_refused', TASK)?.details).toMatchObject({
      by: 'sam',
      assurance: 'V0',
    });
    expect(entryOf(run.record(), 'task_approved', TASK)?.details).toMatchObject({
      by: 'sam',
      assurance: 'V3',
      card: digest,
      evidence: expect.stringMatching(/^[0-9a-f]{64}$/),
      roster: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('A14: what cannot be read is recorded, and no workflow task ever fails of it', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    const good = word(scene, 'sam', digest);
    const deep = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as unknown;
    const junk: unknown[] = [
      null,
      7,
      'approve',
      [good],
      deep,
      { ...good, reason: deep },
      { ...good, digest: digest.toUpperCase() },
      { ...good, digest: digest.slice(0, 63) },
      { ...good, decision: 'APPROVE ' },
      { ...good, proof: { kind: 'signature', key: 'x', signature: 'y' } },
      { ...good, proof: { kind: 'magic' } },
      { ...good, by: '\ud800' },
      { decision: 'approve', by: 'ciso' },
      { task: ['rotate_password', 'revoke_oauth'], digest, by: 'sam', reason: 'approve them all' },
    ];
    for (const one of junk) await run.handle.signal('approve', one);
    await run.handle.signal('APPROVE ', good);
    await run.handle.signal(signals.approve, good);
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(codes(run, 'message_ignored')).toHaveLength(junk.length + 1);
    const { events } = await run.handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    expect(passwords(scene)).toBe(1);
  });

  test('A08: a vote given before a reset does not count after it, and people are asked anew', async () => {
    const { scene, run } = await open('rotation_v1');
    const before = await digestOf(run);
    // A step of its own after the card was opened, so that the reset keeps the card.
    await run.handle.signal('approve', null);
    await eventually('the step is over', async () =>
      codes(run, 'message_ignored').length > 0 ? true : null,
    );
    await scene.stopWorker();
    await run.handle.signal(signals.approve, word(scene, 'sam', before));
    await reset(scene, run);
    await scene.startWorker();
    const after = await eventually('another card is open', async () => {
      const cards = run.record().filter(({ event }) => event === 'task_waiting_approval');
      return cards.length > 1 ? String(cards.at(-1)?.details['card']) : null;
    });
    expect(after).not.toBe(before);
    expect(codes(run, 'card_superseded')).toEqual(['other_run']);
    expect(passwords(scene)).toBe(0);
    expect(await vote(run, word(scene, 'sam', before))).toMatchObject({ counted: false, code: 'other_card' });
    expect(await vote(run, word(scene, 'sam', after))).toMatchObject({ counted: true });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(passwords(scene)).toBe(1);
  });

  test('A11: an approver who is taken off the roster before anything was done no longer counts', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    await scene.stopWorker();
    await run.handle.signal(signals.approve, word(scene, 'lee', digest));
    const file = scene.residents?.rosterFile ?? '';
    const roster = parse(readFileSync(file, 'utf8')) as { persons: { id: string }[] };
    writeFileSync(file, stringify({ ...roster, persons: roster.persons.filter(({ id }) => id !== 'lee') }));
    await scene.startWorker();
    await eventually('the vote is refused', async () =>
      codes(run, 'vote_refused').length > 0 ? true : null,
    );
    expect(codes(run, 'vote_refused')).toEqual(['key_unknown']);
    expect(passwords(scene)).toBe(0);
    await run.handle.cancel();
    await run.result().catch(() => null);
  });

  test('A17: a vote from before the card, and one after the run, count for nothing', async () => {
    const scene = await stage.open({ mode: 'production', people: PEOPLE, workerless: true });
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ playbook: 'rotation_v1', options: { requested_by: 'riley' } });
    await run.handle.signal(signals.approve, word(scene, 'sam', 'a'.repeat(64)));
    await scene.startWorker();
    const digest = await digestOf(run);
    expect(codes(run, 'message_ignored')).toEqual(['nothing_open']);
    await vote(run, word(scene, 'sam', digest, 'reject'), 'reject');
    await run.result();
    await expect(run.handle.signal(signals.approve, word(scene, 'sam', digest))).rejects.toThrow();
    expect(passwords(scene)).toBe(0);
  });

  test('A13: a card that expires while no worker runs is refused when one comes back, and late votes are late', async () => {
    const { scene, run } = await open('brief_approval_v1');
    const digest = await digestOf(run);
    await scene.stopWorker();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await run.handle.signal(signals.approve, word(scene, 'sam', digest));
    await scene.startWorker();
    const { tasks } = await run.result();
    expect(tasks[TASK]?.status).toBe('expired');
    expect(passwords(scene)).toBe(0);
    const late = [...codes(run, 'vote_refused'), ...codes(run, 'message_ignored')];
    expect(late).toHaveLength(1);
    expect(['late', 'nothing_open']).toContain(late[0]);
  });

  test('F12: a cancelled run closes its card, and what was approved for it is void', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    await run.handle.cancel();
    await run.result().catch(() => null);
    await expect(vote(run, word(scene, 'sam', digest))).rejects.toThrow();
    expect(passwords(scene)).toBe(0);
    expect(eventsOf(run.record(), TASK).at(-1)).toBe('task_cancelled');
  });

  test('a statement is bytes that anybody can write down', () => {
    const bytes = statementBytes({ decision: 'approve', subject: 'c'.repeat(64), by: 'sam', reason: 'seen' });
    expect(Buffer.from(bytes).toString()).toBe(`cordon statement 1\napprove\n${'c'.repeat(64)}\nsam\nseen`);
  });
});

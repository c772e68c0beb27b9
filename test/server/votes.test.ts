/** Votes with keys of a roster, in production mode, where a mere name counts for nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { statementBytes } from '../../activities/approvals/statement.ts';
import { signStatement } from '../../client/keys/sign.ts';
import { signals, updates, type BreakGlassInput, type VoteInput } from '../../workflows/messages.ts';
import type { Reply } from '../../workflows/ports.ts';
import { eventually } from './eventually.ts';
import { entryOf, eventsOf } from './record.ts';
import { ALICE, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { outgrow } from './stories.ts';

const stage = setStage();

const PEOPLE = [
  { id: 'riley', name: 'Riley', groups: ['soc'] },
  { id: 'sam', name: 'Sam', groups: ['soc'], break_glass: true },
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

type Kind = 'approve' | 'reject' | 'withdraw' | 'review';

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
    expect(await vote(run, word(scene, 'lee', digest))).toMatchObject({ counted: true });
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
    expect(await vote(run, word(scene, 'lee', digest))).toMatchObject({ counted: true });
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
    expect(await vote(run, word(scene, 'lee', after))).toMatchObject({ counted: true });
    expect(await vote(run, word(scene, 'sam', after))).toMatchObject({ counted: true });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(passwords(scene)).toBe(1);
  });

  test('A08: a run that continues as a new one takes its open card along, once, and the vote for it counts', async () => {
    const { scene, run } = await open('rotation_v1', { continue_after_events: 50 });
    const before = await run.waitsFor(TASK, 'approval');
    await outgrow(run);
    expect((await run.waitsFor(TASK, 'approval')).card).toEqual(before.card);
    expect(await vote(run, word(scene, 'lee', before.card.digest))).toMatchObject({ counted: true });
    expect(await vote(run, word(scene, 'sam', before.card.digest))).toMatchObject({ counted: true });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(run.record().filter(({ event }) => event === 'task_waiting_approval')).toHaveLength(1);
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

  test('A21: a word in bytes that nobody here can read is ignored like any other junk', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    const bytes = (text: string): Uint8Array => Buffer.from(text);
    await scene.client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: run.id },
      signalName: 'approve',
      input: { payloads: [{ metadata: { encoding: bytes('binary/encrypted') }, data: bytes('who knows') }] },
      requestId: randomUUID(),
    });
    expect(await vote(run, word(scene, 'lee', digest))).toMatchObject({ counted: true });
    expect(await vote(run, word(scene, 'sam', digest))).toMatchObject({ counted: true });
    await run.result();
    expect(codes(run, 'message_ignored')).toEqual(['not_an_object']);
    expect(passwords(scene)).toBe(1);
  });

  test('A18: an approval is taken back while the card is open, and too late once the run has acted', async () => {
    const { scene, run } = await open('email_takeover_v1');
    const digest = await digestOf(run);
    await scene.stopWorker();
    await run.handle.signal(signals.approve, word(scene, 'sam', digest));
    await run.handle.signal(
      signals.withdraw,
      word(scene, 'sam', digest, 'withdraw', 'the owner called again'),
    );
    await scene.startWorker();
    await eventually('it is taken back', async () => entryOf(run.record(), 'vote_withdrawn', TASK) ?? null);
    expect(passwords(scene)).toBe(0);
    await vote(run, word(scene, 'sam', digest, 'approve', 'the owner is sure now'));
    await vote(run, word(scene, 'lee', digest));
    await eventually('it is done', async () => entryOf(run.record(), 'task_completed', TASK) ?? null);
    const late = vote(run, word(scene, 'lee', digest, 'withdraw', 'the owner called again'), 'withdraw');
    await expect(late).rejects.toThrow();
    await run.handle.signal(
      signals.withdraw,
      word(scene, 'lee', digest, 'withdraw', 'the owner called again'),
    );
    await eventually('it is on record', async () =>
      codes(run, 'message_ignored').includes('committed') ? true : null,
    );
    expect(passwords(scene)).toBe(1);
    await run.handle.cancel();
    await run.result().catch(() => null);
  });

  test('A19: broken glass skips the quorum, tells everybody, and keeps the run open until it is reviewed', async () => {
    const { scene, run } = await open('rotation_v1');
    const digest = await digestOf(run);
    const glass = { ticket: 'INC-9', scope: ALICE, minutes: 30 };
    const subject = createHash('sha256')
      .update(
        JSON.stringify({ card: digest, minutes: 30, scope: ALICE, ticket: 'INC-9', what: 'break_glass' }),
      )
      .digest('hex');
    const by = (person: string): BreakGlassInput => {
      const key = scene.residents?.keys.get(person);
      if (key === undefined) throw new Error(`${person} has no key`);
      const reason = 'nobody else can be reached';
      const proof = signStatement(key, { decision: 'break_glass', subject, by: person, reason });
      return { task: TASK, digest, ...glass, by: person, reason, proof };
    };
    const breaks = (input: BreakGlassInput): Promise<Reply> =>
      run.handle.executeUpdate(updates.break_glass, { args: [input] });
    expect(await breaks(by('lee'))).toMatchObject({ counted: false, code: 'not_registered' });
    const { proof: _proof, ...unsigned } = by('sam');
    expect(await breaks(unsigned)).toMatchObject({ counted: false, code: 'assurance_too_low' });
    expect(await breaks({ ...by('sam'), scope: 'run' })).toMatchObject({
      counted: false,
      code: 'signature_wrong',
    });
    expect(await breaks(by('sam'))).toMatchObject({ counted: true });
    await eventually('it is done', async () => entryOf(run.record(), 'task_completed', TASK) ?? null);
    expect(passwords(scene)).toBe(1);
    const { use } = await run.waitsFor(TASK, 'review');
    const review = (person: string): Promise<Reply> =>
      vote(run, word(scene, person, use, 'review', 'the owner agrees'), 'review');
    expect(await review('sam')).toMatchObject({ counted: false, code: 'own_use' });
    expect(await review('lee')).toMatchObject({ counted: true });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(entryOf(run.record(), 'glass_reviewed', TASK)?.details).toMatchObject({ by: 'lee', use });
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

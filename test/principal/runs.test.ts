/** The same with a real run: its worker, its card, and the signals of a day. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrincipalAttestor } from '../../activities/approvals/principal.ts';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { signals, updates } from '../../workflows/messages.ts';
import type { Card, Message } from '../../workflows/ports.ts';
import { openBallotBoxes } from '../../worker/ballot-box.ts';
import { bundleWorkflows, type Bundle } from '../../worker/bundle.ts';
import { quietRuntime, startWorker } from '../../worker/main.ts';
import { eventually } from '../server/eventually.ts';
import { entryOf } from '../server/record.ts';
import { ALICE, openScene, type Run, type Scene } from '../server/scene.ts';
import { ROSTER, rostersOf } from './roster.ts';
import { RUN } from './samples.ts';
import { NAMESPACE, setAttestingStage, type Who } from './stage.ts';

const stage = setAttestingStage();
let bundle: Bundle;
let scene: Scene | null = null;
let stopWorker = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  quietRuntime(() => undefined);
  bundle = await bundleWorkflows();
}, 60_000);
afterEach(async () => {
  await stopWorker();
  await scene?.close();
  scene = null;
});

/** A run under way with a card open, in production, where a mere name counts for nothing. */
async function underWay(accept = false): Promise<{ readonly run: Run; readonly card: Card }> {
  const { address } = stage.server();
  const connectionOptions = { address, metadata: { authorization: `Bearer ${stage.token('worker')}` } };
  scene = await openScene({
    address,
    connectionOptions,
    namespace: NAMESPACE,
    mode: 'production',
    bundle,
    workerless: true,
  });
  const file = join(scene.folder, 'roster.yaml');
  writeFileSync(file, stringify(ROSTER), { mode: 0o600 });
  const started = await startWorker({
    config: { ...scene.config, roster: { file, digest: null }, ...(accept ? { principal: { accept } } : {}) },
    temporal: { connectionOptions, namespace: NAMESPACE },
    bundle,
    graceMs: 500,
    log: () => undefined,
  });
  if (started.kind === 'problems') throw new Error(started.problems.join('\n'));
  stopWorker = started.stop;
  scene.google.seedAttacker(ALICE);
  const run = await scene.start();
  const { card } = await run.waitsFor('rotate_password', 'approval');
  return { run, card };
}

async function attest(run: Run, card: Card, message: Message): Promise<Attestation> {
  const client = stage.client('worker');
  const { runId } = await run.handle.describe();
  const attestor = createPrincipalAttestor({
    rosters: rostersOf(),
    open: openBallotBoxes(client),
  });
  return attestor.attest({
    message,
    proof: { kind: 'principal' },
    subject: { digest: card.digest, text: canonical({ ...card.body }) },
    run: { ...RUN, workflowId: run.id, runId },
    at: Date.now(),
  });
}

const voteOn = (card: Card, task = 'rotate_password') => ({
  task,
  digest: card.digest,
  by: 'carol',
  reason: 'called the owner by phone',
});

describe('a run of ours', () => {
  test('an update never proves its sender: its event is the worker’s; a signal with the same words does', async () => {
    const { run, card } = await underWay();
    const vote = voteOn(card);
    const carol = stage.client('carol').workflow.getHandle(run.id);
    expect(await carol.executeUpdate(updates.approve, { args: [vote] })).toMatchObject({ counted: false });
    const { events } = await run.handle.fetchHistory();
    const accepted = (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    expect(accepted.map(({ principal }) => principal?.name)).toEqual(['sub-of-worker']);
    const message: Message = { kind: 'approve', ...vote };
    expect(await attest(run, card, message)).toMatchObject({ kind: 'refused', code: 'principal_no_signal' });

    await carol.signal(signals.approve, vote);
    // A signal that comes during a workflow task stands in history only after it.
    const counted = await eventually('the signal stands in history', async () => {
      const attestation = await attest(run, card, message);
      return attestation.kind === 'person' ? attestation : null;
    });
    expect(counted).toMatchObject({ person: 'carol', assurance: 'V1' });
  });

  test('A01, A02, A03: counts the person whom the server let in, at level V1, and nobody else', async () => {
    const { run } = await underWay(true);
    // Rotating a password asks for signatures; this card is content with V1.
    const { card } = await run.waitsFor('delete_suspicious_filters', 'approval');
    const vote = voteOn(card, 'delete_suspicious_filters');
    const send = (who: Who, identity: string): Promise<void> =>
      stage.client(who, identity).workflow.getHandle(run.id).signal(signals.approve, vote);
    const refusals = () =>
      run.record().flatMap(({ event, details }) => (event === 'vote_refused' ? [details['code']] : []));
    await send('stranger', 'carol@corp.example');
    await eventually('the stranger is refused', () => (refusals().length === 1 ? true : null));
    await send('worker', 'carol');
    await eventually('the worker is refused', () => (refusals().length === 2 ? true : null));
    expect(refusals()).toEqual(['assurance_too_low', 'assurance_too_low']);
    await stage
      .client('bob')
      .workflow.getHandle(run.id)
      .signal(signals.approve, { ...vote, proof: { kind: 'principal' } });
    await eventually('who votes in another name is told so', () =>
      refusals().at(-1) === 'principal_other' ? true : null,
    );

    await send('carol', 'ciso@x');
    const approved = await eventually(
      'carol counts',
      () => entryOf(run.record(), 'task_approved', 'delete_suspicious_filters') ?? null,
    );
    expect(approved.details).toMatchObject({ by: 'carol', assurance: 'V1', evidence: expect.any(String) });
    await eventually(
      'it is done',
      () => entryOf(run.record(), 'connector_called', 'delete_suspicious_filters') ?? null,
    );
  }, 300_000);

  test('A12: a genuine vote is found among two thousand that are junk', async () => {
    const { run, card } = await underWay();
    const vote = voteOn(card);
    const stranger = stage.client('stranger').workflow.getHandle(run.id);
    const flood = async (from: number): Promise<void> => {
      for (let at = from; at < from + 250; at += 1)
        await stranger.signal('junk', { at, padding: 'x'.repeat(500) });
    };
    const floods = [0, 250, 500, 750].map(flood);
    await stage.client('carol').workflow.getHandle(run.id).signal(signals.approve, vote);
    await Promise.all([...floods, ...[1_000, 1_250, 1_500, 1_750].map(flood)]);
    expect(await attest(run, card, { kind: 'approve', ...vote })).toMatchObject({
      kind: 'person',
      person: 'carol',
    });
    expect(await attest(run, card, { kind: 'reject', ...vote })).toMatchObject({
      code: 'principal_no_signal',
    });
  });

  test('F12: a paused run does nothing, whatever is said to it; once it goes on it weighs what was said', async () => {
    const { run } = await underWay(true);
    const task = 'delete_suspicious_filters';
    const { card } = await run.waitsFor(task, 'approval');
    const { workflowService } = stage.client('worker');
    const named = { namespace: NAMESPACE, workflowId: run.id, identity: 'ops', reason: 'looking at it' };
    await workflowService.pauseWorkflowExecution({ ...named, requestId: 'pause' });
    await stage.client('carol').workflow.getHandle(run.id).signal(signals.approve, voteOn(card, task));
    await wait(3_000);
    const decided = (event: string) => entryOf(run.record(), event, task) ?? null;
    expect([decided('task_approved'), decided('connector_intent')]).toEqual([null, null]);
    await workflowService.unpauseWorkflowExecution({ ...named, requestId: 'go on' });
    await eventually('it is done', () => decided('connector_called'));
    expect(decided('task_approved')?.details).toMatchObject({ by: 'carol', assurance: 'V1' });
  }, 300_000);
});

/** The same with a real run: its worker, its card, and the signals of a day. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrincipalAttestor } from '../../activities/approvals/principal.ts';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { signals, updates } from '../../workflows/messages.ts';
import type { Card, Message } from '../../workflows/ports.ts';
import { openBallotBoxes } from '../../worker/ballot-box.ts';
import { bundleWorkflows, type Bundle } from '../../worker/bundle.ts';
import { quietRuntime } from '../../worker/main.ts';
import { ALICE, openScene, type Run, type Scene } from '../server/scene.ts';
import { rostersOf } from './roster.ts';
import { RUN } from './samples.ts';
import { NAMESPACE, setAttestingStage } from './stage.ts';

const stage = setAttestingStage();
let bundle: Bundle;
let scene: Scene | null = null;
beforeAll(async () => {
  quietRuntime(() => undefined);
  bundle = await bundleWorkflows();
}, 60_000);
afterEach(async () => {
  await scene?.close();
  scene = null;
});

/** A run under way with a card open, in production, where a mere name counts for nothing. */
async function underWay(): Promise<{ readonly run: Run; readonly card: Card }> {
  const { address } = stage.server();
  scene = await openScene({
    address,
    connectionOptions: { address, metadata: { authorization: `Bearer ${stage.token('worker')}` } },
    namespace: NAMESPACE,
    mode: 'production',
    bundle,
  });
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

const voteOn = (card: Card) => ({
  task: 'rotate_password',
  digest: card.digest,
  by: 'carol',
  reason: 'called the owner',
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
    expect(await attest(run, card, message)).toMatchObject({
      kind: 'person',
      person: 'carol',
      assurance: 'V1',
    });
  });

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
});

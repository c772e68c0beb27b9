/**
 * Temporal's own history as the second witness of the record, on the real server: what happens to runs in practice is
 * classified rightly, and whoever tampers with either of the two is found.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signals } from '../../workflows/messages.ts';
import { reword, rewriteLog, forge } from '../reconcile/tampering.ts';
import { eventually } from './eventually.ts';
import { entryOf, eventsOf, lastIndexOf } from './record.ts';
import { ALICE, openScene, RILEY, SAM, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { cancelled, continued, malformedSignal, retried, settled, type Story } from './stories.ts';
import { linesOf, logOver, reset, seal, sealEndlessly, verify, withLedger } from './witnesses.ts';

const stage = setStage();

interface Told {
  readonly scene: Scene;
  readonly run: Run;
}

/** Stories are told side by side, because most of their time they wait; each in a scene of its own. */
const STORIES = { malformedSignal, cancelled, settled, continued, retried, deleted: retried };
const told = new Map<string, Promise<Told>>();
beforeAll(() => {
  for (const [name, story] of Object.entries(STORIES)) told.set(name, tell(story));
  // The server takes its time to delete; until it has, there is enough to do.
  told.set('deleted', told.get('deleted')?.then(sealAndDelete) ?? Promise.reject(new Error('not told')));
});
afterAll(async () => {
  for (const one of told.values()) await one.then(({ scene }) => scene.close());
});

async function tell(story: Story): Promise<Told> {
  const scene = await openScene({ address: stage.server().address, bundle: stage.bundle() });
  return { scene, run: await story(scene) };
}

function toldOf(name: keyof typeof STORIES): Promise<Told> {
  return told.get(name) ?? Promise.reject(new Error(`${name} was not told`));
}

async function sealAndDelete({ scene, run }: Told): Promise<Told> {
  expect(await seal(scene)).toMatchObject({ sealed: 1, findings: [], failed: [], done: true });
  await expectAgreement(scene, run, { earlier_attempt: 2, seal: 1 });
  const { workflowService, options } = scene.client;
  const workflowExecution = { workflowId: run.id, runId: run.chain };
  await workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution });
  return { scene, run };
}

/** Both tell the same, entry by entry, but for those explained. */
async function expectAgreement(scene: Scene, run: Run, explained: { readonly [kind: string]: number } = {}) {
  const witness = await verify(scene);
  expect(witness.findings).toEqual([]);
  expect(witness.explained).toEqual(explained);
  const without = Object.values(explained).reduce((sum, count) => sum + count, 0);
  expect(witness).toMatchObject({ agrees: true, confirmed: run.record().length - without });
  return witness;
}

/** A password change that is approved, and hangs at the provider. */
async function hangingCall(): Promise<{ readonly scene: Scene; readonly run: Run }> {
  const scene = await stage.open();
  scene.google.seedAttacker(ALICE);
  scene.google.fault({ match: { method: 'PUT' }, kind: 'delay', delayMs: 1_500, times: 1 });
  const run = await scene.start({ playbook: 'rotation_v1' });
  await run.approve('rotate_password');
  await eventually(
    'the call is under way',
    () => entryOf(run.record(), 'connector_intent', 'rotate_password') ?? null,
  );
  return { scene, run };
}

describe('T18: record and history agree', () => {
  test.each([
    ['whatever strangers send it', 'malformedSignal'],
    ['that was called off', 'cancelled'],
    ['that a person settled', 'settled'],
  ] as const)('over a run %s', async (_, name) => {
    const { scene, run } = await toldOf(name);
    await expectAgreement(scene, run);
  });

  test('over a run that was continued as a new one, across all its executions', async () => {
    const { scene, run } = await toldOf('continued');
    const { executions } = await expectAgreement(scene, run);
    expect(executions).toBeGreaterThanOrEqual(2);
  });

  test('over a call that was tried again: only the attempt that failed left no receipt', async () => {
    const { scene, run } = await toldOf('retried');
    await expectAgreement(scene, run, { earlier_attempt: 2 });
  });

  test('over a run that is under way', async () => {
    const { scene, run } = await hangingCall();
    const witness = await verify(scene);
    expect(witness.findings).toEqual([]);
    // What the call was handed, and its intent; its end may be on record by now.
    expect(witness.explained['under_way']).toBeGreaterThanOrEqual(2);
    await run.result();
    await expectAgreement(scene, run);
  });

  test('F12: over a run that was terminated while its call was under way', async () => {
    const { scene, run } = await hangingCall();
    await run.handle.terminate('no more');
    await eventually('the call has ended', () =>
      run.record().some(({ event }) => /^connector_(called|error)$/.test(event)) ? true : null,
    );
    const { explained } = await verify(scene);
    await expectAgreement(scene, run, { cut_off: explained['cut_off'] ?? 0 });
    expect(explained['cut_off']).toBeGreaterThanOrEqual(3);
  });

  test('F12: over a run that was reset while its call was under way: what was left behind is told from what came of it', async () => {
    const { scene, run } = await hangingCall();
    await reset(scene, run);
    await run.opens('rotate_password', 'approval');
    await eventually('another card is open', () =>
      eventsOf(run.record(), 'rotate_password').filter((event) => event === 'task_waiting_approval').length >
      1
        ? true
        : null,
    );
    const card = String(
      run.record().findLast(({ event }) => event === 'task_waiting_approval')?.details['card'],
    );
    const vote = { task: 'rotate_password', digest: card, by: SAM, reason: 'called the owner again' };
    await run.handle.signal(signals.approve, vote);
    await run.result();
    const { explained } = await verify(scene);
    const { executions } = await expectAgreement(scene, run, { cut_off: explained['cut_off'] ?? 0 });
    expect(executions).toBe(2);
    expect(explained['cut_off']).toBeGreaterThanOrEqual(1);
  });
});

describe('whoever tampers is found', () => {
  test('T33: a log rewritten from one entry on, every hash computed anew, no witness of its own', async () => {
    const { scene } = await toldOf('malformedSignal');
    const entry = 30;
    const witness = await verify(scene, logOver(rewriteLog(await linesOf(scene), reword(entry))));
    expect(witness).toMatchObject({ agrees: false, firstBad: entry, confirmedTo: entry - 1 });
    expect(witness.findings).toMatchObject([{ kind: 'entry_rewritten', entry }]);
  });

  test('an entry appended to the log for a run that never made it', async () => {
    const { scene } = await toldOf('retried');
    const lines = await linesOf(scene);
    const forged = rewriteLog(lines, forge(4, { coordinate: 'judge/rotate_password/0#0123456789abcdef' }));
    const { findings } = await verify(scene, logOver(forged));
    expect(findings).toMatchObject([{ kind: 'entry_forged', entry: lines.length }]);
  });

  test('a run of which the log has lost everything', async () => {
    const { scene } = await toldOf('retried');
    const { findings, confirmed } = await verify(scene, logOver([]));
    expect(confirmed).toBe(0);
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(
      new Set(['entry_lost', 'call_without_intent', 'word_without_entry']),
    );
  });

  test('a signal with bytes that nobody can read is no reason to stop', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ playbook: 'rotation_v1' });
    await run.opens('rotate_password', 'approval');
    const { workflowService, options } = scene.client;
    await workflowService.signalWorkflowExecution({
      namespace: options.namespace,
      workflowExecution: { workflowId: run.id },
      signalName: 'approve',
      input: {
        payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"half') }],
      },
      identity: RILEY,
    });
    await run.approve('rotate_password');
    await run.result();
    const { agrees, findings } = await verify(scene);
    expect(findings).toMatchObject([{ kind: 'payload_unreadable', trouble: false, what: 'a approve' }]);
    expect(agrees).toBe(true);
  });
});

describe('histories are sealed', () => {
  test('once, whoever else does the same at the same time, and every execution of a run', async () => {
    const { scene, run } = await toldOf('continued');
    const rounds = await Promise.all([seal(scene), seal(scene), seal(scene)]);
    expect(rounds.every(({ done }) => done)).toBe(true);
    const seals = run.record().filter(({ event }) => event === 'history_sealed');
    const sealed = seals.map(({ details }) => String(details['execution']));
    expect(seals.every(({ details }) => details['verdict'] === 'agrees')).toBe(true);
    expect(new Set(sealed).size).toBe(sealed.length);
    expect(sealed).toContain(run.chain);
    expect(await seal(scene)).toMatchObject({ sealed: 0, done: true });
    await expectAgreement(scene, run, { seal: sealed.length });
  });

  test('by a worker as long as it runs, and not while the run does', async () => {
    const scene = await stage.open();
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ playbook: 'rotation_v1' });
    await run.opens('rotate_password', 'approval');
    await withLedger(scene, async (ledger) => {
      const { reconciler, logged } = sealEndlessly(scene, ledger);
      try {
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(entryOf(run.record(), 'history_sealed', null)).toBeUndefined();
        await run.approve('rotate_password');
        await run.result();
        await eventually('it is sealed', () => entryOf(run.record(), 'history_sealed', null) ?? null);
      } finally {
        await reconciler.stop();
      }
      expect(logged).toEqual([]);
    });
    await expectAgreement(scene, run, { seal: 1 });
  });
});

describe('a history that somebody deleted', () => {
  test('T35: after it was sealed is told as gone after sealing; its seal still speaks for the entries', async () => {
    const { scene, run } = await toldOf('deleted');
    const { findings, explained } = await eventually('it is gone', async () => {
      const witness = await verify(scene);
      return witness.findings.length > 0 ? witness : null;
    });
    const entries = run.record().length;
    const gone = {
      kind: 'history_gone_after_sealing',
      execution: run.chain,
      entry: lastIndexOf(scene.config.state, run.chain),
      trouble: true,
    };
    expect(findings).toMatchObject([gone]);
    expect(explained).toEqual({ sealed: entries - 1, seal: 1 });
  });
});

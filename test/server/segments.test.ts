/** A connector whose worker stands elsewhere: only that worker calls it, at its rate, and the record does not notice. */
import { resolve } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { siteOf } from '../../client/playground/playground.ts';
import { workflowIdFor } from '../../client/runs/names.ts';
import { previewUndo, startUndo } from '../../client/undo/undo.ts';
import { SITE } from '../../simulators/device/site.ts';
import type { Config } from '../../worker/config.ts';
import { startWorker } from '../../worker/main.ts';
import { inShell } from './command-line.ts';
import { eventually } from './eventually.ts';
import { entryOf } from './record.ts';
import { ALICE, RILEY, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { ON_SITE, undoOf } from './stories.ts';
import { verify } from './witnesses.ts';

const CORDON = `${process.execPath} ${resolve(import.meta.dirname, '../../client/main.ts')}`;
const stage = setStage();
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function work(config: Config, only?: readonly string[]): Promise<void> {
  const started = await startWorker({
    config,
    temporal: { connectionOptions: { address: stage.server().address }, namespace: 'default' },
    bundle: stage.bundle(),
    graceMs: 500,
    log: () => undefined,
    ...(only === undefined ? {} : { only }),
  });
  if (started.kind === 'problems') throw new Error(started.problems.join('\n'));
  stops.push(started.stop);
}

/** The devices are reached from their own segment alone: the worker in the middle knows only that there are others. */
async function openSite(): Promise<{ readonly scene: Scene; readonly segment: Config }> {
  const scene = await stage.open({ workerless: true, withSite: true });
  scene.google.seedAttacker(ALICE);
  const own = (elsewhere: boolean) => ({ network: { perSecond: null, elsewhere } });
  await work({
    ...scene.config,
    queues: own(true),
    connectors: { ...scene.config.connectors, network: null },
  });
  return { scene, segment: { ...scene.config, queues: own(false) } };
}

/** The one in the middle has neither the connector's section nor its credentials. */
async function openSegment(perSecond: number | null): Promise<{ readonly scene: Scene; segment: Config }> {
  const scene = await stage.open({ workerless: true });
  scene.google.seedAttacker(ALICE);
  const own = (elsewhere: boolean) => ({ 'google-workspace': { perSecond, elsewhere } });
  const middle: Config = {
    ...scene.config,
    queues: own(true),
    connectors: { ...scene.config.connectors, googleWorkspace: null },
    secrets: { ...scene.config.secrets, file: null, bindings: {} },
  };
  await work(middle);
  return { scene, segment: { ...scene.config, queues: own(false) } };
}

async function eventsOf({ handle }: Run) {
  return (await handle.fetchHistory()).events ?? [];
}

/** Queues of the connector calls that the run has asked for. */
async function scheduledOn(run: Run): Promise<readonly unknown[]> {
  return (await eventsOf(run)).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'act' ? [scheduled.taskQueue?.name] : [],
  );
}

/** When activities of the run were taken up, by the server's clock, in seconds. */
async function takenUpAt(run: Run): Promise<readonly number[]> {
  return (await eventsOf(run)).flatMap(({ activityTaskStartedEventAttributes: started, eventTime }) =>
    started ? [Number(eventTime?.seconds) + Number(eventTime?.nanos) / 1e9] : [],
  );
}

test('a call waits for the worker of its segment, and is made by nobody else', async () => {
  const { scene, segment } = await openSegment(null);
  const run = await scene.start({ playbook: 'watch_v1' });
  await run.opens('rotate_password', 'approval');
  const queue = `${scene.config.taskQueue}.google-workspace`;
  await eventually('the call is on its way', async () => ((await scheduledOn(run)).length > 0 ? true : null));
  expect(await scheduledOn(run)).toEqual([queue]);
  expect(entryOf(run.record(), 'connector_intent', 'first')).toBeUndefined();

  await work(segment, ['google-workspace']);
  expect(await run.result()).toMatchObject({ counts: { completed: 2, expired: 1 } });
  expect(await scheduledOn(run)).toEqual([queue, queue]);
  expect(entryOf(run.record(), 'connector_called', 'first')).toBeDefined();
  expect(await verify(scene)).toMatchObject({ agrees: true, findings: [] });
});

test('what a segment’s worker did is planned to be taken back in the middle, and taken back in the segment alone', async () => {
  const { scene, segment } = await openSite();
  const { network } = segment.connectors;
  await work(segment, ['network']);
  const run = await scene.start({ playbook: 'closing_v1', context: { ...ON_SITE } });
  expect((await run.result()).status).toBe('completed');
  expect(siteOf(scene).describe()).toMatchObject({ switch: { vnet3: SITE.quarantine } });

  const { client, config } = scene;
  const order = { client, taskQueue: config.taskQueue, workflowId: run.id };
  const looked = await previewUndo(order);
  const planned = looked.kind === 'outline' ? looked.report.undo?.items : looked;
  const { host, port } = network?.switches[0]?.ssh ?? {};
  expect(planned).toContainEqual({
    task: 'isolate',
    type: 'NetworkIsolate',
    connector: 'network',
    reversibility: 'A',
    state: 'to_undo',
    // The words are the connector's, though nobody in the middle can reach its switch.
    says: `port vnet3 of ${host}:${port} goes back to VLAN 10`,
  });

  await startUndo({ ...order, options: { requested_by: RILEY } });
  const undo = await undoOf(scene, run);
  for (const task of ['undo_close_telnet', 'undo_block', 'undo_isolate']) await undo.approve(task);
  expect((await undo.result()).status).toBe('completed');
  expect(siteOf(scene).describe()).toMatchObject({ switch: { vnet3: 10 }, resolver: {} });
  const queue = `${config.taskQueue}.network`;
  expect(await scheduledOn(undo)).toEqual([config.taskQueue, queue, queue]);
  const shown = await inShell(stage.server(), `${CORDON} show ${run.id}`);
  expect(shown).toContain(`isolate: taken back (${undo.id})`);
  expect(shown).not.toContain('revoke: taken back');
  expect(await verify(scene)).toMatchObject({ agrees: true, findings: [] });
});

test('an undo in a segment whose worker is away waits for it, and nobody else says that it cannot be done', async () => {
  const { scene, segment } = await openSite();
  await work(segment, ['network']);
  const run = await scene.start({ playbook: 'closing_v1', context: { ...ON_SITE } });
  await run.result();
  await stops.pop()?.();

  const { client, config } = scene;
  await startUndo({ client, taskQueue: config.taskQueue, workflowId: run.id, task: 'block' });
  const undo = await undoOf(scene, run);
  await undo.approve('undo_block');
  await eventually('the call is on its way', async () =>
    (await scheduledOn(undo)).length > 0 ? true : null,
  );
  expect(siteOf(scene).describe()).toMatchObject({ resolver: { 'evil.example': 'always_nxdomain' } });
  expect(entryOf(undo.record(), 'connector_intent', 'undo_block')).toBeUndefined();
  await work(segment, ['network']);
  expect((await undo.result()).status).toBe('completed');
  expect(siteOf(scene).describe()).toMatchObject({ resolver: {}, switch: { vnet3: SITE.quarantine } });
});

/** Bursts are the server's to allow; in the long run it keeps to the rate, over all its partitions. */
const RUNS = 8;

test('no more of a connector’s calls begin each second than its queue allows', async () => {
  const { scene, segment } = await openSegment(2);
  await work(segment, ['google-workspace']);
  const runs = await Promise.all(
    Array.from({ length: RUNS }, async (_, n) => {
      const caseId = `${scene.config.taskQueue}-${n}`;
      const handle = await scene.client.workflow.start('watch_v1', {
        taskQueue: scene.config.taskQueue,
        workflowId: workflowIdFor('watch_v1', caseId),
        args: [{ case_id: caseId, context: { target_email: ALICE }, options: { requested_by: RILEY } }],
      });
      return scene.run(handle.workflowId, handle.firstExecutionRunId);
    }),
  );
  for (const run of runs) expect(await run.result()).toMatchObject({ counts: { completed: 2 } });
  const begun = (await Promise.all(runs.map(takenUpAt))).flat().toSorted((a, b) => a - b);
  expect(begun).toHaveLength(2 * RUNS);
  const seconds = (begun.at(-1) ?? 0) - (begun[0] ?? 0);
  expect(begun.length / seconds).toBeLessThan(3);
});

test('a worker for a connector that it does not have says so and ends', async () => {
  const scene = await stage.open({ workerless: true });
  const line = `${CORDON} --config ${scene.folder}/cordon.yaml worker --connectors rooter,router`;
  await expect(inShell(stage.server(), line)).rejects.toMatchObject({
    code: 2,
    stderr:
      '✗ --connectors: there is no connector "rooter". Did you mean `router`?\n' +
      '✗ --connectors: router is not configured; give it its section under connectors\n',
  });
});

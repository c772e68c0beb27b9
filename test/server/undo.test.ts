/** Taking a run back, on the real server: everything is as it was, people agreed to it, and the record tells it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { undoIdFor } from '../../client/runs/names.ts';
import { chainOf } from '../../client/runs/chain.ts';
import { streamOver, type Terminal } from '../../client/terminal.ts';
import { takeBack, type TakingBack } from '../../client/undo/take-back.ts';
import { SITE, startSite, type Site } from '../../simulators/device/site.ts';
import { eventually } from './eventually.ts';
import { entryOf } from './record.ts';
import { ALICE, RILEY, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { verify } from './witnesses.ts';

const stage = setStage();
const sites: Site[] = [];
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.close()));
});

interface Closed {
  readonly scene: Scene;
  readonly site: Site;
  readonly run: Run;
}

/** A run that has closed all there is to close, and a stolen session for good. */
async function closed(): Promise<Closed> {
  const site = await startSite();
  sites.push(site);
  const scene = await stage.open({ connectors: (keep) => site.settings(keep) });
  scene.google.seedAttacker(ALICE);
  const run = await close(scene);
  return { scene, site, run };
}

async function close(scene: Scene): Promise<Run> {
  const context = { device_id: SITE.device, router_ip: SITE.router, target_email: ALICE };
  const run = await scene.start({ playbook: 'closing_v1', context });
  expect((await run.result()).status).toBe('completed');
  return run;
}

function listener(): { readonly terminal: Terminal; readonly text: () => string } {
  let said = '';
  const stream = streamOver({ write: (text) => (said += text) }, { NO_COLOR: '1' });
  return { terminal: { out: stream, err: stream }, text: () => said };
}

/** As `cordon undo` does, while somebody approves whatever comes up. */
async function undo(
  { scene, run }: Closed,
  more: Partial<TakingBack> = {},
  approved: readonly string[] = [],
) {
  const { terminal, text } = listener();
  const { client, config } = scene;
  const options = { requested_by: RILEY };
  const order = { terminal, client, taskQueue: config.taskQueue, workflowId: run.id, options, ...more };
  const [exit] = await Promise.all([takeBack(order), approveAll(scene, run, approved)]);
  return { exit, said: text() };
}

async function undoOf(scene: Scene, run: Run): Promise<Run> {
  const id = undoIdFor(run.id);
  const chain = await eventually('the undo has begun', () => chainOf(scene.client, id).catch(() => null));
  return scene.run(id, chain);
}

async function approveAll(scene: Scene, run: Run, tasks: readonly string[]): Promise<void> {
  if (tasks.length === 0) return;
  const undoing = await undoOf(scene, run);
  for (const task of tasks) await undoing.approve(task);
}

const OPEN = { switch: { vnet3: 10 }, resolver: {} };
const CLOSED = { switch: { vnet3: SITE.quarantine }, resolver: { 'evil.example': 'always_nxdomain' } };
const EVERYTHING = ['undo_close_telnet', 'undo_block', 'undo_isolate'];

describe('cordon undo', () => {
  test('puts back what a run changed, the last first and with approval; a second time there is nothing left, and the run can be run again', async () => {
    const told = await closed();
    const { scene, site, run } = told;
    expect(site.describe()).toMatchObject(CLOSED);
    const before = site.effects().length;
    const looked = await undo(told, { planOnly: true });
    expect(looked.exit).toBe(0);
    expect(looked.said).toMatch(
      /close_telnet.*taken back[^]*block.*taken back[^]*isolate.*taken back[^]*revoke.*stays/,
    );
    expect(site.effects()).toHaveLength(before);

    const done = await undo(told, {}, EVERYTHING);
    expect(done.said).toContain('Not taken back:\n  revoke: it cannot be undone');
    expect(done.exit).toBe(0);
    expect(site.describe()).toMatchObject(OPEN);
    const undoing = await undoOf(scene, run);
    const order = undoing.record().filter(({ event }) => event === 'connector_intent');
    expect(order.map(({ task }) => task)).toEqual(EVERYTHING);

    const again = await undo(told);
    expect(again.exit).toBe(0);
    expect(again.said).toContain('revoke: it cannot be undone');
    expect(site.effects()).toHaveLength(before + 3);
    expect(await verify(scene)).toMatchObject({ agrees: true, findings: [] });

    const anew = await close(scene);
    expect(site.describe()).toMatchObject(CLOSED);
    expect((await anew.report()).tasks['isolate']?.status).toBe('completed');
    expect((await anew.report()).tasks['revoke']?.status).toBe('skipped');
  });

  test('one task alone is taken back when it is named, and a task that is not there is not guessed', async () => {
    const told = await closed();
    const { scene, run } = told;
    expect(entryOf(run.record(), 'connector_called', 'isolate')?.details).toMatchObject({ undo: 'A' });
    const one = await undo(told, { task: 'block' }, ['undo_block']);
    expect(one.exit).toBe(0);
    const rest = await undo(told, { task: 'block' });
    expect(rest.exit).toBe(0);
    expect(rest.said).toContain('was taken back before');
    expect(await undo(told, { task: 'blok' })).toMatchObject({ exit: 2 });
    expect((await verify(scene)).findings).toEqual([]);
  });
});

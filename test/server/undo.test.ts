/** Taking a run back, on the real server: everything is as it was, people agreed to it, and the record tells it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { streamOver, type Terminal } from '../../client/terminal.ts';
import { takeBack, type TakingBack } from '../../client/undo/take-back.ts';
import { SITE, startSite, type Site } from '../../simulators/device/site.ts';
import { signals } from '../../workflows/messages.ts';
import { entryOf } from './record.ts';
import { ALICE, RILEY, SAM, type Order, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { ON_SITE, undoOf } from './stories.ts';
import { seal, verify } from './witnesses.ts';

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

async function opened(): Promise<Omit<Closed, 'run'>> {
  const site = await startSite();
  sites.push(site);
  const scene = await stage.open({ connectors: site.settings, tell: ['soc@corp.example'] });
  scene.google.seedAttacker(ALICE);
  return { scene, site };
}

/** A run that has closed all there is to close, and a stolen session for good. */
async function closed(): Promise<Closed> {
  const { scene, site } = await opened();
  const run = await close(scene);
  return { scene, site, run };
}

async function close(scene: Scene, order: Order = {}): Promise<Run> {
  const run = await scene.start({ playbook: 'closing_v1', context: { ...ON_SITE }, ...order });
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
    expect(await seal(scene)).toMatchObject({ findings: [], failed: [], done: true });
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

describe('what an undo cannot do', () => {
  test('what somebody else has changed since is left to a person, who is told; once they say so it counts as taken back', async () => {
    const told = await closed();
    const { scene, run, site } = told;
    // Another case moves the same port on.
    await close(scene, { caseId: 'CASE-2', context: { ...ON_SITE, vlan: 777 } });
    const undoing = undo(told, { task: 'isolate' }, ['undo_isolate']);
    const second = await undoOf(scene, run);
    const { instructions } = await second.waitsFor('undo_isolate', 'confirmation');
    expect(instructions).toMatch(
      /^Put this back by hand: .*\nWhere: .*host-0042.*\nWhy it could not be: .*\(state_moved\)/,
    );
    expect(site.describe()).toMatchObject({ switch: { vnet3: 777 } });
    expect(scene.mail.messages().map(({ subject }) => subject)).toContainEqual(
      expect.stringContaining('UNDO BY HAND: undo_isolate'),
    );
    await second.handle.signal(signals.confirm, { task: 'undo_isolate', by: SAM, reason: 'moved the port' });
    expect((await undoing).exit).toBe(0);
    expect(entryOf(second.record(), 'approvers_told', 'undo_isolate')).toBeDefined();
    expect((await undo(told, { task: 'isolate' })).said).toContain('was taken back before');
    expect((await verify(scene)).findings).toEqual([]);
  });

  test('a run that is still under way, and a run that nobody knows', async () => {
    const { scene, site } = await opened();
    const run = await scene.start({ playbook: 'rotation_v1' });
    await run.opens('rotate_password', 'approval');
    const refused = await undo({ scene, site, run });
    expect(refused).toMatchObject({ exit: 3 });
    expect(refused.said).toContain('still under way');
    await run.handle.terminate('no more');
    const nothing = await undo({ scene, site, run });
    expect(nothing).toMatchObject({ exit: 3 });
    expect(nothing.said).toContain('rotate_password: this run did not do it');
  });
});

describe('on_failure: undo', () => {
  test('a run that fails takes back what it did, in a run of its own that people agree to and the record tells', async () => {
    const { scene, site } = await opened();
    const match = { path: '/tokens' };
    scene.google.fault({ match, kind: 'status', status: 403, reason: 'forbidden', times: 1000 });
    const run = await scene.start({
      playbook: 'brittle_v1',
      context: { device_id: SITE.device, target_email: ALICE },
    });
    const undoing = await undoOf(scene, run);
    expect(await run.report()).toMatchObject({
      status: 'failed',
      on_failure: { undo: undoing.id, status: 'running' },
    });
    expect(site.describe()).toMatchObject({ switch: { vnet3: SITE.quarantine } });
    await undoing.approve('undo_isolate');
    expect(await run.result()).toMatchObject({
      status: 'failed',
      on_failure: { undo: undoing.id, status: 'completed' },
    });
    expect(site.describe()).toMatchObject({ switch: { vnet3: 10 } });
    expect(await undoing.result()).toMatchObject({
      requested_by: RILEY,
      undo: { workflow_id: run.id, run_id: run.chain },
    });
    expect(await verify(scene)).toMatchObject({ agrees: true, findings: [] });
  });
});

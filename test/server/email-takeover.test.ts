import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import type { StoredItem } from '../../activities/evidence/store.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { TaskReport } from '../../workflows/walk/report.ts';
import { eventually } from './eventually.ts';
import { entryOf, eventsOf, ownActs } from './record.ts';
import { ALICE, CARLA, goThrough, SAM, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { happyEntra, happyGoogle } from './stories.ts';

const stage = setStage();

const TASKS = [
  'proof_of_control',
  'evidence_snapshot',
  'list_filters',
  'delete_suspicious_filters',
  'rotate_password',
  'enroll_2fa',
  'revoke_oauth',
  'hardening_coach',
];
/** The record of a task that case tools have always read. */
const FIELDS = [
  'task_id',
  'case_id',
  'playbook_id',
  'task_name',
  'task_type',
  'inputs',
  'needs',
  'approval_required',
  'idempotency_key',
  'status',
  'output',
  'error',
  'approved_by',
  'executed_at',
];

async function tasksOf(run: Run): Promise<{ readonly [name: string]: TaskReport }> {
  const report = await run.result();
  expect(report).toMatchObject({ status: 'completed', counts: { completed: TASKS.length } });
  expect(Object.keys(report.tasks)).toEqual(TASKS);
  return report.tasks;
}

function outputOf(task: TaskReport | undefined): JsonObject {
  if (task?.output === undefined || task.output === null)
    throw new Error(`${task?.task_name} put nothing out`);
  return task.output;
}

function namesIn(task: TaskReport | undefined, field: string): readonly string[] {
  const names = outputOf(task)[field];
  if (!Array.isArray(names)) throw new Error(`${field} is no list`);
  return names.map(String);
}

/** The manifest and all that it lists come back from the store, and are what their hashes say. */
async function expectEvidence(scene: Scene, task: TaskReport | undefined): Promise<void> {
  const store = await openLocalEvidence(scene.config.evidence);
  const { artifact, items } = outputOf(task) as unknown as {
    readonly artifact: string;
    readonly items: readonly StoredItem[];
  };
  const manifest = Buffer.from((await store.get(artifact)) ?? []).toString('utf8');
  expect(items.length).toBeGreaterThan(0);
  for (const { name, sha256, bytes } of items) {
    expect(manifest).toContain(sha256);
    const kept = await store.get(sha256);
    expect({ name, bytes: kept?.byteLength }).toEqual({ name, bytes });
    expect(
      createHash('sha256')
        .update(kept ?? '')
        .digest('hex'),
    ).toBe(sha256);
  }
}

async function expectRecord(scene: Scene, run: Run): Promise<void> {
  const record = run.record();
  expect(eventsOf(record, 'rotate_password')).toEqual([
    'task_created',
    'policy_checked',
    'task_waiting_approval',
    'task_approved',
    'policy_checked',
    'task_started',
    'connector_intent',
    'connector_called',
    'task_completed',
  ]);
  expect(entryOf(record, 'task_approved', 'rotate_password')?.details).toMatchObject({
    by: SAM,
    assurance: 'V0',
    reason: 'called the owner',
  });
  const ofRun = eventsOf(record, null);
  expect(ofRun.slice(0, 2)).toEqual(['playbook_started', 'dag_validated']);
  expect(ofRun.at(-1)).toBe('playbook_completed');
  expect(ofRun.filter((event) => event === 'layer_completed')).toHaveLength(4);
  expect(record.at(-1)?.details).toEqual({ status: 'completed', counts: { completed: 8 } });
  const verdict = await verifyFile(scene.config.state);
  expect(verdict).toMatchObject({
    verified: true,
    entries: record.length + ownActs(scene.config.state),
    reason: null,
  });
}

describe('a taken-over mailbox', () => {
  test('at Google is contained: every effect once, evidence kept, the owner told, all of it on record', async () => {
    const scene = await stage.open();
    const run = await happyGoogle(scene);
    const tasks = await tasksOf(run);

    const effects = scene.google.effects().map(({ account, what }) => `${account}: ${what}`);
    expect(effects).toHaveLength(6);
    expect(new Set(effects)).toEqual(
      new Set([
        `${ALICE}: password set, must be changed at next sign-in`,
        `${ALICE}: signed out everywhere`,
        `${ALICE}: app password 1 revoked`,
        ...namesIn(tasks['revoke_oauth'], 'revoked_clients').map(
          (client) => `${ALICE}: grant of ${client} revoked`,
        ),
        ...namesIn(tasks['delete_suspicious_filters'], 'removed').map(
          (id) => `${ALICE}: filter ${id} removed`,
        ),
      ]),
    );
    expect(scene.graph.effects()).toEqual([]);
    const [mail, ...more] = scene.mail.messages();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: [ALICE], messageId: tasks['hardening_coach']?.output?.['message_id'] });

    for (const task of Object.values(tasks)) {
      expect(Object.keys(task).slice(0, FIELDS.length)).toEqual(FIELDS);
      expect(task).toMatchObject({ status: 'completed', error: null, attempts: 1 });
      expect(task.executed_at).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
    expect(tasks['rotate_password']).toMatchObject({
      task_type: 'RotatePassword',
      inputs: { user_email: ALICE },
      needs: ['proof_of_control'],
      approval_required: true,
      approved_by: SAM,
      idempotency_key: `pwd-${ALICE}`,
      rules: ['account-recovery'],
    });
    await expectEvidence(scene, tasks['evidence_snapshot']);
    await expectRecord(scene, run);
  });

  test('at Entra is contained by the same playbook', async () => {
    const scene = await stage.open();
    const run = await happyEntra(scene);
    const tasks = await tasksOf(run);

    const removed = namesIn(tasks['delete_suspicious_filters'], 'removed');
    expect(removed).toHaveLength(2);
    const effects = scene.graph.effects().map(({ what }) => what);
    expect(effects).toHaveLength(6);
    expect(effects).toEqual(
      expect.arrayContaining([
        'password set',
        '2 session(s) ended',
        expect.stringMatching(/^permission grant \S+ removed$/),
        expect.stringMatching(/^app role assignment \S+ removed$/),
        ...removed.map((id) => `inbox rule ${id} removed`),
      ]),
    );
    expect(scene.google.effects()).toEqual([]);
    expect(scene.mail.messages().map(({ to }) => to)).toEqual([[CARLA]]);
    expect(tasks['rotate_password']).toMatchObject({ connector: 'microsoft-graph', approved_by: SAM });
    await expectEvidence(scene, tasks['evidence_snapshot']);
    await expectRecord(scene, run);
  });

  test('is contained just so by a worker that keeps no run in memory and replays at every step', async () => {
    const scene = await stage.open({ maxCachedWorkflows: 0 });
    const run = await happyGoogle(scene);
    await tasksOf(run);
    expect(scene.google.effects()).toHaveLength(6);
    expect(scene.mail.messages()).toHaveLength(1);
    await expectRecord(scene, run);
    const { events } = await run.handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  });
});

describe('in Temporal', () => {
  test('each call carries its task and key as activity id, and no id twice', async () => {
    const scene = await stage.open();
    const run = await happyGoogle(scene);
    const { events } = await run.handle.fetchHistory();
    const calls = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'act' ? [String(scheduled.activityId)] : [],
    );
    expect([...calls].sort()).toEqual(
      [
        `proof_of_control:proof-${ALICE}`,
        `evidence_snapshot:snapshot-${ALICE}`,
        'list_filters:once',
        `delete_suspicious_filters:del-filters-${ALICE}`,
        `rotate_password:pwd-${ALICE}`,
        `enroll_2fa:2fa-${ALICE}`,
        `revoke_oauth:revoke-${ALICE}`,
        'hardening_coach:once',
      ].sort(),
    );
  });

  test('activity ids show no address where the operator wants digests', async () => {
    const scene = await stage.open({ activityIds: 'digest' });
    const run = await happyGoogle(scene);
    const { events } = await run.handle.fetchHistory();
    const ids = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled ? [String(scheduled.activityId)] : [],
    );
    expect(ids).toContainEqual(expect.stringMatching(/^rotate_password:[0-9a-f]{32}$/));
    expect(ids.filter((id) => id.includes('@'))).toEqual([]);
  });

  test('runs are found by case, playbook and status, and those that wait for approval', async () => {
    const scene = await stage.open();
    const caseId = scene.config.taskQueue;
    const find = async (more: string): Promise<number> => {
      const { count } = await scene.client.workflow.count(`CordonCase = '${caseId}' AND ${more}`);
      return count;
    };
    const isFound = (more: string): Promise<true> =>
      eventually(`a run with ${more}`, async () => ((await find(more)) === 1 ? true : null));
    scene.google.seedAttacker(ALICE);
    const run = await scene.start();
    await run.opens('rotate_password', 'approval');
    await isFound(`CordonAwaitingApproval = true AND CordonStatus = 'waiting'`);
    await goThrough(run, scene.google, ALICE);
    await isFound(`CordonPlaybook = 'email_takeover_v1' AND CordonStatus = 'completed'`);
    expect(await find('CordonAwaitingApproval = true')).toBe(0);
  });
});

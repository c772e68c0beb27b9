/**
 * One playground on a server that others use too: providers, a worker with a queue of its own, and the people
 * around a run. Knows no test framework, because the recorder of histories plays the same stories.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { openPlayground, type Playground, type PlaygroundInput } from '../../client/playground/playground.ts';
import { workflowIdFor } from '../../client/runs/names.ts';
import type { Simulator } from '../../simulators/simulator.ts';
import type { StartOptions } from '../../workflows/activities.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { approvalsQuery, signals, statusQuery, type OpenItem } from '../../workflows/messages.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { eventually } from './eventually.ts';
import { entriesOf, entryOf, type Body } from './record.ts';

/** A mailbox at Google, one at Entra; who asks for runs, and who approves. */
export const ALICE = 'alice@corp.example';
export const CARLA = 'carla@contoso.example';
export const RILEY = 'riley@corp.example';
export const SAM = 'sam@corp.example';

export interface SceneInput extends Partial<Omit<PlaygroundInput, 'address' | 'log'>> {
  readonly address: string;
}

export interface Scene extends Playground {
  readonly folder: string;
  /** Everything the worker in this process has logged. */
  readonly logged: readonly string[];
  /** Starts a playbook; `email_takeover_v1` for Alice by default. The case is named after the scene. */
  start(order?: Order): Promise<Run>;
  /** The run of this workflow id, whoever started it. */
  run(workflowId: string, chain: string): Run;
}

export interface Order {
  readonly playbook?: string;
  readonly caseId?: string;
  readonly context?: JsonObject;
  readonly options?: StartOptions;
}

export interface Run {
  readonly id: string;
  readonly chain: string;
  readonly handle: WorkflowHandle;
  report(): Promise<RunReport>;
  /**
   * The entry that says that this task waits for a person, once it does. Read from the record: questions to a run
   * that no worker keeps in memory can make Temporal's SDK lose its next workflow task.
   */
  opens(task: string, kind: OpenItem['kind']): Promise<Body>;
  /** The open item itself, from the run. */
  waitsFor<K extends OpenItem['kind']>(task: string, kind: K): Promise<Extract<OpenItem, { kind: K }>>;
  /** By signal, to the card that is open. */
  approve(task: string, by?: string): Promise<void>;
  reject(task: string, by?: string): Promise<void>;
  result(): Promise<RunReport>;
  /** The entries about this run in the audit record, in order. */
  record(): readonly Body[];
}

const root = resolve(import.meta.dirname, '../..');

export async function openScene({ address, ...more }: SceneInput): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-scene-'));
  const playbooks = join(folder, 'playbooks');
  for (const source of ['playbooks', 'test/server/playbooks'])
    cpSync(join(root, source), playbooks, { recursive: true });
  const logged: string[] = [];
  const log = (line: string): void => void logged.push(line);
  // Entries that come when nobody expects them would disturb what tests say of a record.
  const quiet = { graceMs: 500, sealMinutes: 0 };
  const settings = { folder, playbooks, address, namespace: 'default', log, ...quiet, ...more };
  const playground = await openPlayground(settings);
  const { client, config } = playground;
  const run = (id: string, chain: string): Run =>
    createRun(client.workflow.getHandle(id), chain, config.state);
  return {
    ...playground,
    folder,
    logged,
    run,
    async start({ playbook = 'email_takeover_v1', caseId = config.taskQueue, context, options } = {}) {
      const workflowId = workflowIdFor(playbook, caseId);
      const handle = await client.workflow.start(playbook, {
        taskQueue: config.taskQueue,
        workflowId,
        workflowIdConflictPolicy: 'FAIL',
        args: [
          {
            case_id: caseId,
            context: context ?? { target_email: ALICE },
            options: { requested_by: RILEY, poll_seconds: 0.3, ...options },
          },
        ],
      });
      return run(workflowId, handle.firstExecutionRunId);
    },
    async close() {
      await playground.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function createRun(handle: WorkflowHandle, chain: string, state: string): Run {
  const run: Run = {
    id: handle.workflowId,
    chain,
    handle,
    report: () => handle.query(statusQuery),
    opens: (task, kind) =>
      eventually(`${task} waits for ${kind}`, () => entryOf(run.record(), OPENED_BY[kind], task) ?? null),
    async waitsFor<K extends OpenItem['kind']>(task: string, kind: K) {
      await run.opens(task, kind);
      const isIt = (item: OpenItem): item is Extract<OpenItem, { kind: K }> =>
        item.task === task && item.kind === kind;
      return eventually(`${task} is among what waits`, async () => {
        try {
          return (await handle.query(approvalsQuery)).find(isIt) ?? null;
        } catch (error) {
          // A run that has only just begun, or continues another, has yet to fetch its plan.
          if (error instanceof QueryNotRegisteredError) return null;
          throw error;
        }
      });
    },
    async approve(task, by = SAM) {
      const digest = await cardOf(run, task);
      await handle.signal(signals.approve, { task, digest, by, reason: 'called the owner' });
    },
    async reject(task, by = SAM) {
      const digest = await cardOf(run, task);
      await handle.signal(signals.reject, { task, digest, by, reason: 'not this mailbox' });
    },
    result: async () => (await handle.result()) as RunReport,
    record: () => entriesOf(state, chain),
  };
  return run;
}

const OPENED_BY = {
  approval: 'task_waiting_approval',
  confirmation: 'task_action_required',
  settlement: 'task_indeterminate',
  review: 'glass_broken',
} as const;

async function cardOf(run: Run, task: string): Promise<string> {
  return String((await run.opens(task, 'approval')).details['card']);
}

/** The three approvals and the phone of the mail playbook, as they come up. Returns the report at its end. */
export async function goThrough(run: Run, provider: Simulator, account: string): Promise<RunReport> {
  await Promise.all([run.approve('rotate_password'), run.approve('delete_suspicious_filters')]);
  await run.approve('enroll_2fa');
  await run.opens('enroll_2fa', 'confirmation');
  provider.enroll2FA(account);
  return run.result();
}

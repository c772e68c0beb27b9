/** One server, one world, three workers in this process, and the runs that are measured on them. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { Ledger } from '../activities/stores/ledger.ts';
import type { World } from '../activities/world.ts';
import { startServer } from '../client/server/start.ts';
import { bundleWorkflows, type Bundle } from '../worker/bundle.ts';
import { createWorker } from '../worker/create.ts';
import { quietRuntime } from '../worker/main.ts';
import { ensureSearchAttributes } from '../worker/search-attributes.ts';
import { openWorld } from '../worker/world.ts';
import { ACCOUNT, bareInput, REQUESTER, withFixture, writeConfig, type BenchPlaybook } from './fixture.ts';

/** Queue names say which bundle answers. */
const QUEUES = { ours: 'ours', bare: 'bare', oursAndEmpty: 'ours-and-empty' } as const;

export interface Stage {
  /** What the workers act with. */
  readonly world: World;
  readonly bundle: Bundle;
  readonly server: string;
  ours(playbook: BenchPlaybook): Promise<WorkflowHandle>;
  bare(playbook: BenchPlaybook): Promise<WorkflowHandle>;
  /** The same empty workflow, out of our bundle or out of one that holds next to nothing. */
  empty(out: 'ours' | 'bare'): Promise<WorkflowHandle>;
  close(): Promise<void>;
}

const entry = (name: string): string => fileURLToPath(new URL(`workflows/${name}.ts`, import.meta.url));

/** `watch` may stand before the ledger. Throws when there is no server, or when a worker cannot be started. */
export async function openStage(
  log: (line: string) => void,
  watch: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<Stage> {
  quietRuntime(log);
  const [server, ours, bare, oursAndEmpty] = await Promise.all([
    startServer(),
    bundleWorkflows(),
    bundleWorkflows({ entry: entry('bare'), preload: [], interceptors: [] }),
    bundleWorkflows({ entry: entry('ours-and-empty') }),
  ]);
  const { address, namespace } = server;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const client = new Client({ connection, namespace });
  const folder = mkdtempSync(join(tmpdir(), 'cordon-bench-'));
  const searchable = await ensureSearchAttributes(connection, namespace);
  const opened = await openWorld({ config: writeConfig(folder), searchable, client });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  const world = withFixture({ ...opened.world, ledger: watch(opened.world.ledger) });
  const workers: readonly Worker[] = await Promise.all(
    (
      [
        [QUEUES.ours, ours, false],
        [QUEUES.bare, bare, true],
        [QUEUES.oursAndEmpty, oursAndEmpty, true],
      ] as const
    ).map(([taskQueue, bundle, traces]) =>
      createWorker({ world, connection: native, namespace, taskQueue, bundle, traces, graceMs: 1_000, log }),
    ),
  );
  const stopped = Promise.all(workers.map((worker) => worker.run()));
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return {
    ...runsOf(client),
    world,
    bundle: ours,
    server: `Temporal server ${serverVersion ?? 'of unknown version'}, in memory`,
    async close() {
      for (const worker of workers) worker.shutdown();
      await stopped;
      await opened.close();
      await Promise.all([native.close(), connection.close()]);
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runsOf(client: Client): Pick<Stage, 'ours' | 'bare' | 'empty'> {
  const start = (type: string, taskQueue: string, args: unknown[]): Promise<WorkflowHandle> =>
    client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args });
  return {
    ours: ({ id }) =>
      start(id, QUEUES.ours, [
        {
          case_id: `case-${randomUUID()}`,
          context: { target_email: ACCOUNT },
          options: { requested_by: REQUESTER },
        },
      ]),
    bare: (playbook) => start(playbook.shape, QUEUES.bare, [bareInput(playbook, `case-${randomUUID()}`)]),
    empty: (out) => start('empty', out === 'ours' ? QUEUES.oursAndEmpty : QUEUES.bare, []),
  };
}

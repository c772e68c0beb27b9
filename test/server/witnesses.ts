/** Both witnesses of a scene: its log, and the server's histories; and what a test does to either. */
import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { nodeCodec, openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { startReconciler } from '../../worker/reconcile/reconciler.ts';
import { createSealer, type Round } from '../../worker/reconcile/sealer.ts';
import { verifyAgainstTemporal, type WholeLog, type Witness } from '../../worker/reconcile/verify.ts';
import { eventually } from './eventually.ts';
import type { Run, Scene } from './scene.ts';

export async function withLedger<T>(scene: Scene, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = await openStores(scene.config.state);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** The scene's own log where no other is given. */
export function verify(scene: Scene, given?: WholeLog): Promise<Witness> {
  const { client, config } = scene;
  const { taskQueue } = config;
  const check = (log: WholeLog): Promise<Witness> => verifyAgainstTemporal({ client, taskQueue, log });
  return given === undefined ? withLedger(scene, check) : check(given);
}

/** As `cordon audit seal` does; visibility may take a moment to know what has closed. */
export function seal(scene: Scene): Promise<Round> {
  const { client, config } = scene;
  return withLedger(scene, async (ledger) => {
    await eventually('visibility knows of no open run', async () => {
      const query = `TaskQueue = '${config.taskQueue}' AND ExecutionStatus = 'Running'`;
      return (await client.workflow.count(query)).count === 0 ? true : null;
    });
    return createSealer({ client, taskQueue: config.taskQueue, ledger }).round();
  });
}

export function sealEndlessly(scene: Scene, ledger: Ledger) {
  const logged: string[] = [];
  const { client, config } = scene;
  const reconciler = startReconciler({
    client,
    taskQueue: config.taskQueue,
    ledger,
    everyMs: 150,
    log: (line) => void logged.push(line),
  });
  return { reconciler, logged };
}

export async function linesOf({ config }: Scene): Promise<readonly Uint8Array[]> {
  const db = new Database(config.state, { readonly: true, timeout: 5000 });
  try {
    const rows = db.prepare<[], { readonly bytes: Buffer }>('SELECT bytes FROM entries ORDER BY i').all();
    return rows.map(({ bytes }) => new Uint8Array(bytes));
  } finally {
    db.close();
  }
}

/** A log that is not in a store: as somebody made it. */
export function logOver(lines: readonly Uint8Array[]): WholeLog {
  const stored = lines.map((bytes, index) => ({ index, bytes }));
  const runOf = (bytes: Uint8Array): string => {
    const reading = readEntry(bytes, nodeCodec);
    return reading.kind === 'entry' ? reading.entry.body.run : '';
  };
  return {
    async *read(from, to) {
      yield* stored.slice(from, to);
    },
    async *byRun(run) {
      yield* stored.filter(({ bytes }) => runOf(bytes) === run);
    },
  };
}

/** Back to its first step, as from the Temporal UI. */
export async function reset({ client }: Scene, run: Run): Promise<string> {
  const { events } = await run.handle.fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: run.id, runId: run.chain },
    reason: 'once more from the beginning',
    requestId: randomUUID(),
    ...(first?.eventId ? { workflowTaskFinishEventId: first.eventId } : {}),
  });
  return runId;
}

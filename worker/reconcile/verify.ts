/** The whole log against everything that Temporal still tells of it. Reads only. */
import type { Client } from '@temporalio/client';
import { tell, type ExplanationKind, type Finding } from '../../activities/reconcile/finding.ts';
import type { Retention } from '../../activities/reconcile/gone.ts';
import { readLogEntry } from '../../activities/reconcile/log-entry.ts';
import { createTally, type Witness } from '../../activities/reconcile/tally.ts';
import type { StoredEntry } from '../../activities/stores/audit.ts';
import { listExecutions, quoted, retentionOf } from './histories.ts';
import { compareWorkflow, type LogReader } from './workflow.ts';

export { tell, type ExplanationKind, type Finding, type Witness };

/** A log to be read as a whole, and again run by run. A `Ledger` is one. */
export interface WholeLog extends LogReader {
  read(from: number, to: number): AsyncIterable<StoredEntry>;
}

export interface TemporalCheck {
  readonly client: Client;
  /** Runs on this queue are looked for even where the log knows nothing of them. */
  readonly taskQueue: string;
  readonly log: WholeLog;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void;
  readonly now?: () => number;
}

/** Histories read at once: the server serves its runs first. */
const AT_ONCE = 4;

/** Memory grows with the number of workflow ids, and with the executions of the few that are being compared. */
export async function verifyAgainstTemporal({
  client,
  taskQueue,
  log,
  onProgress = () => {},
  now = Date.now,
}: TemporalCheck): Promise<Witness> {
  const tally = createTally();
  const workflows = new Map<string, Set<string>>();
  const runsOf = (workflowId: string): Set<string> => {
    const runs = workflows.get(workflowId) ?? new Set();
    workflows.set(workflowId, runs);
    return runs;
  };
  for await (const stored of log.read(0, Infinity)) {
    const reading = readLogEntry(stored);
    if (reading.kind === 'entry') runsOf(reading.entry.workflow).add(reading.entry.run);
    if (reading.kind === 'malformed') tally.unreadable(reading.index, reading.reason);
  }
  for await (const { workflowId } of listExecutions(client, `TaskQueue = ${quoted(taskQueue)}`))
    runsOf(workflowId);
  const retention: Retention = { ms: await retentionOf(client), now: now() };
  const waiting = [...workflows].sort(([a], [b]) => (a < b ? -1 : 1));
  const of = waiting.length;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [workflowId, runs] = next;
      for (const { comparison } of await compareWorkflow(client, log, workflowId, runs, retention))
        tally.add(comparison);
      done += 1;
      onProgress({ done, of });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tally.end();
}

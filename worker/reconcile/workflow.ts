/** Everything that went by one workflow id: its executions in Temporal against its runs in the log. */
import type { Client } from '@temporalio/client';
import { compareRun, type Comparison } from '../../activities/reconcile/compare.ts';
import type { Execution } from '../../activities/reconcile/execution.ts';
import type { Retention } from '../../activities/reconcile/gone.ts';
import { readLogEntry, type LogEntry } from '../../activities/reconcile/log-entry.ts';
import { sealOf } from '../../activities/reconcile/seal.ts';
import type { StoredEntry } from '../../activities/stores/audit.ts';
import { listExecutions, quoted, readExecution } from './histories.ts';

/** The log, as far as it is needed here. A `Ledger` is one. */
export interface LogReader {
  /** One run's entries in order. */
  byRun(chain: string): AsyncIterable<StoredEntry>;
}

export interface Compared {
  readonly comparison: Comparison;
  readonly executions: readonly Execution[];
  readonly entries: readonly LogEntry[];
}

/** `runs`: those known to the log; others are found in Temporal. */
export async function compareWorkflow(
  client: Client,
  log: LogReader,
  workflowId: string,
  runs: Iterable<string>,
  retention: Retention,
): Promise<readonly Compared[]> {
  const found = await executionsOf(client, workflowId);
  const chains = new Set([...runs, ...[...found.values()].map(({ chain }) => chain)]);
  const compared: Compared[] = [];
  for (const run of chains) {
    const own = new Map([...found].filter(([, { chain }]) => chain === run));
    // What they point at may be missing in a visibility store that lags behind.
    const gone = await follow(client, workflowId, run, own);
    // After the histories, never before: see `Comparing`.
    const entries = await entriesOf(log, run);
    for (const missing of missingFrom(entries, own, gone))
      if (!(await addTo(own, client, workflowId, missing))) gone.add(missing);
    const executions = [...own.values()];
    const comparison = compareRun({
      workflow: workflowId,
      run,
      executions,
      gone: [...gone],
      entries,
      retention,
    });
    compared.push({ comparison, executions, entries });
  }
  return compared;
}

type Executions = Map<string, Execution>;

async function executionsOf(client: Client, workflowId: string): Promise<Executions> {
  const executions: Executions = new Map();
  for await (const { runId } of listExecutions(client, `WorkflowId = ${quoted(workflowId)}`))
    await addTo(executions, client, workflowId, runId);
  return executions;
}

async function addTo(
  executions: Executions,
  client: Client,
  workflowId: string,
  run: string,
): Promise<boolean> {
  const execution = await readExecution(client, workflowId, run);
  if (execution === null) return false;
  executions.set(run, execution);
  return true;
}

/** Reads what the executions name and are not: those before and after them. Returns what the server no longer has. */
async function follow(
  client: Client,
  workflowId: string,
  run: string,
  own: Executions,
): Promise<Set<string>> {
  const gone = new Set<string>();
  for (;;) {
    const named = [...own.values()].flatMap(({ continues, resetFrom, close }) => [
      continues,
      resetFrom,
      close.kind === 'running' ? null : close.next,
    ]);
    const next = [run, ...named].find((one) => one !== null && !own.has(one) && !gone.has(one));
    if (next === undefined || next === null) return gone;
    if (!(await addTo(own, client, workflowId, next))) gone.add(next);
  }
}

/** Executions that only the log still knows of, by what it sealed. */
function missingFrom(
  entries: readonly LogEntry[],
  own: Executions,
  gone: ReadonlySet<string>,
): readonly string[] {
  const sealed = entries.flatMap((entry) => sealOf(entry)?.execution ?? []);
  return [...new Set(sealed)].filter((run) => !own.has(run) && !gone.has(run));
}

async function entriesOf(log: LogReader, run: string): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const stored of log.byRun(run)) {
    const reading = readLogEntry(stored);
    if (reading.kind === 'entry') entries.push(reading.entry);
  }
  return entries;
}

/**
 * Seals the histories of closed executions into the record, before Temporal deletes them. Oldest first, a bounded
 * number at a time, and safe beside others that do the same: whoever compares the same history appends the same event,
 * which the record keeps once.
 */
import type { Client } from '@temporalio/client';
import type { Finding } from '../../activities/reconcile/finding.ts';
import { readLogEntry } from '../../activities/reconcile/log-entry.ts';
import { sealEvent, sealOf } from '../../activities/reconcile/seal.ts';
import type { NewEvent, Receipt } from '../../activities/stores/audit.ts';
import { listExecutions, quoted, retentionOf, type Listed } from './histories.ts';
import { compareWorkflow, type LogReader } from './workflow.ts';

export interface SealInput {
  readonly client: Client;
  readonly taskQueue: string;
  readonly ledger: LogReader & { append(events: readonly NewEvent[]): Promise<readonly Receipt[]> };
  readonly now?: () => number;
  /** Asked between two workflows. */
  readonly stopping?: () => boolean;
}

export interface Round {
  readonly sealed: number;
  /** What speaks of tampering in the runs that were sealed. */
  readonly findings: readonly Finding[];
  /** Workflows that could not be compared; the next round tries again. */
  readonly failed: readonly { readonly workflowId: string; readonly why: string }[];
  /** Nothing closed is left unsealed. */
  readonly done: boolean;
}

export interface Sealer {
  round(): Promise<Round>;
}

const HOUR_MS = 3_600_000;
/** Closed executions are asked for in spans of this length, because servers list the newest first. */
const SPAN_MS = 6 * HOUR_MS;
/** Visibility lags behind. */
const OVERLAP_MS = 2 * 60_000;
const UNKNOWN_RETENTION_MS = 30 * 24 * HOUR_MS;
const MOST_PER_ROUND = 200;

/** Remembers where it stopped; after a restart the record itself says what is sealed. */
export function createSealer(input: SealInput): Sealer {
  const { client, taskQueue, ledger, now = Date.now, stopping = () => false } = input;
  const sealedAt = new Map<string, number>();
  let cursor = 0;

  const isSealed = async ({ runId }: Listed): Promise<boolean> => {
    if (sealedAt.has(runId)) return true;
    // The first execution of a run has the run's own name; of later ones the comparison will tell.
    for await (const stored of ledger.byRun(runId)) {
      const reading = readLogEntry(stored);
      if (reading.kind === 'entry' && sealOf(reading.entry)?.execution === runId) return true;
    }
    return false;
  };

  const sealWorkflow = async (
    workflowId: string,
    retentionMs: number | null,
  ): Promise<Pick<Round, 'sealed' | 'findings'>> => {
    let sealed = 0;
    const findings: Finding[] = [];
    const retention = { ms: retentionMs, now: now() };
    for (const { comparison, executions, entries } of await compareWorkflow(
      client,
      ledger,
      workflowId,
      [],
      retention,
    )) {
      const before = new Set(entries.flatMap((entry) => sealOf(entry)?.execution ?? []));
      const due = executions.filter(({ run, close }) => close.kind !== 'running' && !before.has(run));
      await ledger.append(due.flatMap((execution) => sealEvent(execution, comparison, entries) ?? []));
      for (const { run, close } of executions) if (close.kind !== 'running') sealedAt.set(run, close.at);
      sealed += due.length;
      if (due.length > 0) findings.push(...comparison.findings.filter(({ trouble }) => trouble));
    }
    return { sealed, findings };
  };

  return {
    async round() {
      const retentionMs = await retentionOf(client);
      const end = now();
      let from = Math.max(cursor, end - (retentionMs ?? UNKNOWN_RETENTION_MS) - 24 * HOUR_MS);
      const findings: Finding[] = [];
      const failed: { readonly workflowId: string; readonly why: string }[] = [];
      let [sealed, left, stuck] = [0, MOST_PER_ROUND, Infinity];
      while (from < end) {
        const to = Math.min(from + SPAN_MS, end);
        for (const workflowId of await unsealed(from, to)) {
          if (left === 0 || stopping()) return { sealed, findings, failed, done: false };
          left -= 1;
          try {
            const one = await sealWorkflow(workflowId, retentionMs);
            sealed += one.sealed;
            findings.push(...one.findings);
          } catch (error) {
            // One that cannot be compared must not keep the others from being sealed in time.
            failed.push({ workflowId, why: error instanceof Error ? error.message : String(error) });
            stuck = Math.min(stuck, from);
          }
        }
        from = to;
        cursor = Math.min(to, end - OVERLAP_MS, stuck);
        for (const [run, closedAt] of sealedAt) if (closedAt < cursor - OVERLAP_MS) sealedAt.delete(run);
      }
      return { sealed, findings, failed, done: failed.length === 0 };
    },
  };

  /** Workflow ids with closed executions of that span that are not known to be sealed; the oldest first. */
  async function unsealed(from: number, to: number): Promise<ReadonlySet<string>> {
    const span = `CloseTime >= ${instant(from)} AND CloseTime <= ${instant(to)}`;
    const query = `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus != 'Running' AND ${span}`;
    const listed: Listed[] = [];
    for await (const one of listExecutions(client, query)) if (!(await isSealed(one))) listed.push(one);
    listed.sort((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0));
    return new Set(listed.map(({ workflowId }) => workflowId));
  }
}

function instant(ms: number): string {
  return `'${new Date(ms).toISOString()}'`;
}

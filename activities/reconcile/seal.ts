/** The entry by which the log pins a history, so that it outlives it and nobody can change it unseen. */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { NewEvent } from '../stores/audit.ts';
import { eventsOf } from '../record.ts';
import type { Comparison } from './compare.ts';
import type { Execution } from './execution.ts';
import type { LogEntry } from './log-entry.ts';

export const SEAL_EVENT = 'history_sealed';

export interface Seal {
  readonly index: number;
  readonly execution: string;
  readonly events: number;
  readonly digest: string;
  readonly agreed: boolean;
  /** Executions before and after it. */
  readonly continues: string | null;
  readonly resetFrom: string | null;
  readonly next: string | null;
  /** Milliseconds since 1970; null when the entry does not say. */
  readonly closedAt: number | null;
}

/** Null for every other entry. */
export function sealOf({ index, event, details }: LogEntry): Seal | null {
  if (event !== SEAL_EVENT) return null;
  const { execution, events, digest, verdict, closed_at: closedAt } = details;
  const named = (name: string): string | null => (typeof details[name] === 'string' ? details[name] : null);
  return {
    index,
    execution: String(execution),
    events: Number(events),
    digest: String(digest),
    agreed: verdict === 'agrees',
    continues: named('continues'),
    resetFrom: named('reset_from'),
    next: named('next'),
    closedAt: typeof closedAt === 'number' ? closedAt : null,
  };
}

/** The seal of a closed execution; null for one that still runs. The same comparison gives the same event. */
export function sealEvent(
  execution: Execution,
  compared: Comparison,
  entries: readonly LogEntry[],
): NewEvent | null {
  if (execution.close.kind === 'running') return null;
  const [known] = entries;
  const found: { [kind: string]: number } = {};
  for (const { kind, trouble } of compared.findings) if (trouble) found[kind] = (found[kind] ?? 0) + 1;
  const details: JsonObject = {
    execution: execution.run,
    events: execution.events,
    digest: execution.digest,
    closed: execution.close.kind,
    closed_at: execution.close.at,
    continues: execution.continues,
    reset_from: execution.resetFrom,
    next: execution.close.next,
    receipts: execution.receipts.length,
    verdict: Object.keys(found).length === 0 ? 'agrees' : 'differs',
    findings: found,
  };
  const run = {
    workflowId: known?.workflow ?? execution.workflow,
    chain: execution.chain,
    startedAt: known?.startedAt ?? execution.startedAt,
    caseId: known?.caseId ?? execution.caseId,
    playbook: known?.playbook ?? execution.playbook,
  };
  const fact = {
    event: SEAL_EVENT,
    task: null,
    details,
    at: execution.close.at,
    coordinate: `sealed/${execution.run}`,
  } as const;
  return eventsOf(run, [fact])[0] ?? null;
}

/** Why an entry without a receipt may stand in the log; null when nothing explains it. */
import type { ConnectorCall, Execution } from './execution.ts';
import type { Explanation } from './finding.ts';
import type { LogEntry } from './log-entry.ts';
import type { Lineage } from './lineage.ts';
import { SEAL_EVENT } from './seal.ts';

export interface Evidence {
  readonly executions: readonly Execution[];
  readonly lineage: Lineage;
  /** Coordinates that receipts are held for, with whatever details. */
  readonly witnessed: ReadonlySet<string>;
}

export function explain(entry: LogEntry, evidence: Evidence): Explanation | null {
  if (entry.event === SEAL_EVENT)
    return evidence.lineage.stray.some(({ index }) => index === entry.index) ? null : { kind: 'seal' };
  const step = ACT_STEP.exec(entry.coordinate);
  return (
    (step === null ? byLostStep(entry, evidence) : byAttempt(entry, step, evidence.executions)) ??
    byAge(entry, evidence.executions) ??
    byLoss(entry, evidence)
  );
}

/** As `activities/claiming.ts` names what an attempt records: task, execution, attempt, intent or what came of it. */
const ACT_STEP = /^act\/(.+)\/([^/:]+):(\d+)\/[a-z]+$/;

function byAttempt(
  entry: LogEntry,
  step: RegExpExecArray,
  executions: readonly Execution[],
): Explanation | null {
  const [, task, run, number] = step;
  const attempt = Number(number);
  for (const execution of executions) {
    if (![execution.run, execution.resetFrom, execution.original].includes(run ?? '')) continue;
    for (const call of execution.calls) {
      if (call.task !== task) continue;
      if (call.result === null && attempt <= (call.attempts ?? attempt))
        return stopped(execution, executions);
      // The last attempt answers by receipt: what it left without one is not its own.
      if (attempt < (call.attempts ?? 0))
        return { kind: 'earlier_attempt', execution: execution.run, attempt };
    }
  }
  return null;
}

function byLostStep(entry: LogEntry, { executions, witnessed }: Evidence): Explanation | null {
  for (const execution of executions) {
    if (execution.calls.some((call) => wasHanded(call, entry))) return stopped(execution, executions);
    if (execution.unanswered?.includes(entry.coordinate)) return stopped(execution, executions);
    const { run, openSince, close } = execution;
    const cut = close.kind === 'terminated' || close.kind === 'timed_out';
    const loss = execution.losses.find(({ from, to }) => from <= entry.happenedAt && entry.happenedAt <= to);
    if (loss !== undefined && witnessed.has(entry.coordinate)) return { kind: 'step_again', execution: run };
    if (loss !== undefined)
      return cut && loss === execution.losses.at(-1)
        ? stopped(execution, executions)
        : { kind: 'step_dropped', execution: run };
    if (openSince !== null && entry.happenedAt >= openSince) return { kind: 'under_way', execution: run };
  }
  return null;
}

/** Handed to a call from which no word came back; had it answered, the receipt would be there. */
function wasHanded({ result, handed }: ConnectorCall, { id }: LogEntry): boolean {
  return result === null && handed.includes(id);
}

function stopped({ run, close }: Execution, executions: readonly Execution[]): Explanation {
  if (executions.some(({ resetFrom }) => resetFrom === run))
    return { kind: 'cut_off', execution: run, how: 'reset' };
  switch (close.kind) {
    case 'running':
      return { kind: 'under_way', execution: run };
    case 'timed_out':
      return { kind: 'cut_off', execution: run, how: 'timed_out' };
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'continued':
    case 'terminated':
      return { kind: 'cut_off', execution: run, how: 'terminated' };
    default:
      return close satisfies never;
  }
}

function byAge(entry: LogEntry, executions: readonly Execution[]): Explanation | null {
  const silent = executions.find(
    ({ silentUntil }) => silentUntil !== null && entry.happenedAt <= silentUntil,
  );
  return silent === undefined ? null : { kind: 'before_receipts', execution: silent.run };
}

function byLoss({ index }: LogEntry, { lineage: { gone, covering } }: Evidence): Explanation | null {
  const sealed = covering.find((seal) => index < seal.index);
  if (sealed !== undefined) return { kind: 'sealed', execution: sealed.execution };
  const unsealed = gone.find((run) => !covering.some(({ execution }) => execution === run));
  return unsealed === undefined ? null : { kind: 'history_gone', execution: unsealed };
}

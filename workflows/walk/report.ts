/** A run as its reader sees it: overall status, counts, and every task with what is known of it. */
import type { JsonObject } from '../language/json.ts';
import type { Plan, PlannedTask } from '../language/plan.ts';
import type { RunRef } from '../ports.ts';
import { countsOf } from './chronicle.ts';
import { isReached, runStatus, type Fault, type Outcome, type RunStatus } from './outcome.ts';
import { recordOf, type RunState, type TaskRecord } from './state.ts';
import { undoingOf, type Undoing } from './undo-report.ts';

/** The first fourteen fields are the record that case tools have always read; the rest are ours. */
export interface TaskReport {
  readonly task_id: string;
  readonly case_id: string;
  readonly playbook_id: string;
  readonly task_name: string;
  readonly task_type: string;
  readonly inputs: JsonObject;
  readonly needs: readonly string[];
  readonly approval_required: boolean;
  readonly idempotency_key: string | null;
  readonly status: string;
  readonly output: JsonObject | null;
  readonly error: string | null;
  readonly approved_by: string | null;
  readonly executed_at: string | null;
  readonly layer: number;
  readonly connector: string | null;
  readonly reversibility: string;
  readonly reason: string | null;
  readonly error_code: string | null;
  readonly blocked_by: readonly string[];
  readonly approvers: readonly string[];
  readonly rules: readonly string[];
  readonly attempts: number;
  readonly started_at: string | null;
  readonly settled_at: string | null;
}

export interface RunReport extends Undoing {
  readonly workflow_id: string;
  readonly case_id: string;
  readonly playbook_id: string;
  readonly playbook_version: string;
  readonly plan_digest: string;
  readonly requested_by: string;
  readonly status: RunStatus | 'running' | 'waiting';
  readonly counts: { readonly [status: string]: number };
  readonly tasks: { readonly [name: string]: TaskReport };
}

export function reportOf(plan: Plan, run: RunRef, state: RunState, isoOf: (ms: number) => string): RunReport {
  const tasks: { [name: string]: TaskReport } = {};
  const statuses: string[] = [];
  for (const task of plan.tasks) {
    const report = taskReport(task, run, recordOf(state, task.name), isoOf);
    statuses.push(report.status);
    tasks[task.name] = report;
  }
  return {
    workflow_id: run.workflowId,
    case_id: run.caseId,
    playbook_id: run.playbook,
    playbook_version: run.playbookVersion,
    plan_digest: run.planDigest,
    requested_by: run.requestedBy,
    status: liveStatus(plan, state),
    counts: countsOf(statuses),
    tasks,
    ...undoingOf(plan, state),
  };
}

/** Running while anything moves, waiting while only people are awaited, then the run's final status. */
export function liveStatus(plan: Plan, state: RunState): RunReport['status'] {
  const records = plan.tasks.map((task) => recordOf(state, task.name));
  if (records.some((record) => record.phase === 'running' && record.outcome === null)) return 'running';
  if (records.some((record) => record.phase === 'waiting' && record.outcome === null)) return 'waiting';
  if (records.some((record) => record.unreviewed !== undefined)) return 'waiting';
  const outcomes = records.map((record) => record.outcome);
  if (outcomes.includes(null)) return 'running';
  return runStatus(outcomes.flatMap((outcome) => (outcome === null ? [] : [outcome.status])));
}

function taskReport(
  task: PlannedTask,
  run: RunRef,
  record: TaskRecord,
  isoOf: (ms: number) => string,
): TaskReport {
  const { outcome } = record;
  const fault = faultOf(outcome);
  const time = (ms: number | null): string | null => (ms === null ? null : isoOf(ms));
  return {
    task_id: `${run.workflowId}/${run.chain}/${task.name}`,
    case_id: run.caseId,
    playbook_id: run.playbook,
    task_name: task.name,
    task_type: task.type,
    inputs: record.inputs ?? {},
    needs: task.needs.map((need) => need.task),
    approval_required: task.approvalRequired,
    idempotency_key: record.key,
    status: statusOf(record),
    output: outcome !== null && isReached(outcome) ? outcome.output : null,
    error: fault?.message ?? null,
    approved_by: record.approvedBy.length > 0 ? record.approvedBy.join(', ') : null,
    executed_at: outcome?.status === 'completed' ? time(record.settledAt) : null,
    layer: task.layer,
    connector: task.connector,
    reversibility: task.reversibility,
    reason: reasonOf(record),
    error_code: fault?.code ?? null,
    blocked_by: outcome?.status === 'blocked' ? outcome.by.map((need) => need.task) : [],
    approvers: record.approvedBy,
    rules: record.rules,
    attempts: record.attempts,
    started_at: time(record.startedAt),
    settled_at: time(record.settledAt),
  };
}

function statusOf(record: TaskRecord): string {
  if (record.outcome !== null) return record.outcome.status;
  switch (record.waiting?.kind) {
    case 'approval':
      return 'waiting_approval';
    case 'confirmation':
      return 'waiting_confirmation';
    case 'settlement':
      return 'waiting_settlement';
    case 'review':
      return 'waiting_review';
    case 'delay':
      return 'delayed';
    case undefined:
      return record.phase === 'pending' ? 'pending' : 'running';
  }
}

function faultOf(outcome: Outcome | null): Fault | null {
  return outcome?.status === 'failed' || outcome?.status === 'indeterminate' ? outcome.fault : null;
}

/** One sentence for why the task stands where it stands; null where the status says it all. */
function reasonOf(record: TaskRecord): string | null {
  const { outcome, waiting } = record;
  if (outcome === null) return waiting?.kind === 'confirmation' ? waiting.instructions : null;
  switch (outcome.status) {
    case 'skipped':
      return {
        already_done: 'done before under the same key',
        condition: 'its condition was false',
        needs_skipped: 'everything it needs was skipped',
      }[outcome.why];
    case 'failed':
    case 'indeterminate':
      return outcome.fault.message;
    case 'denied':
      return outcome.verdict.rules.map((rule) => `${rule.reason} (${rule.id})`).join('; ');
    case 'rejected':
      return `${outcome.person.by}: ${outcome.person.reason}`;
    case 'expired':
      return 'nobody answered in time';
    case 'blocked':
      return outcome.by.map((need) => `${need.task} was ${need.status}`).join(', ');
    case 'action_required':
      return outcome.instructions;
    case 'completed':
      return outcome.settledBy ? `confirmed by ${outcome.settledBy.by}` : null;
    case 'cancelled':
      return 'the run was cancelled';
  }
}

/** The server ends a run whose result is larger than 2 MiB without keeping any of it. */
const LARGEST_REPORT = 1_900_000;
const LEFT_OUT = 'inputs and output are left out, because the whole report is larger than a result may be';

/** The report, without inputs and outputs where it would not fit otherwise: how each task ended always counts. */
export function fitting(report: RunReport): RunReport {
  if (JSON.stringify(report).length <= LARGEST_REPORT) return report;
  const tasks = Object.entries(report.tasks).map(
    ([name, task]) => [name, { ...task, inputs: {}, output: null, reason: task.reason ?? LEFT_OUT }] as const,
  );
  return { ...report, tasks: Object.fromEntries(tasks) };
}

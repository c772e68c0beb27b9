/** A run as a table: every task, how it stands, and why. */
import type { RunReport, TaskReport } from '../../workflows/walk/report.ts';
import type { Stream } from '../terminal.ts';
import { field } from './fields.ts';
import { statusPaint } from './status.ts';
import { table, type Cell } from './table.ts';
import { exactJson, fenced, oneLine } from './text.ts';
import { renderLeft, renderOnFailure } from './undo.ts';

const COLUMNS = [
  { title: 'LAYER', most: 5 },
  { title: 'TASK' },
  { title: 'STATUS', most: 20 },
  { title: 'WHY', rest: true },
] as const;

export function renderReport(report: RunReport, stream: Stream): string {
  const rows = Object.values(report.tasks).map((task) => rowOf(task, stream));
  return `${headline(report, stream)}\n\n${table(COLUMNS, rows, stream)}${renderLeft(report, stream)}${renderOnFailure(report, stream)}`;
}

/** `email_takeover_v1 for CASE-7: waiting (3 completed, 1 waiting_approval)` */
export function headline({ playbook_id, case_id, status, counts }: RunReport, stream: Stream): string {
  const numbers = Object.entries(counts).filter(([, count]) => count > 0);
  const shown = numbers.map(([name, count]) => `${count} ${name}`).join(', ');
  const painted = statusPaint(status, stream.colours)(status);
  return `${oneLine(playbook_id)} for ${oneLine(case_id)}: ${painted} (${shown})`;
}

function rowOf(task: TaskReport, { colours }: Stream): readonly Cell[] {
  return [
    String(task.layer),
    oneLine(task.task_name),
    { text: oneLine(task.status), paint: statusPaint(task.status, colours) },
    whyOf(task),
  ];
}

const LONGEST_WHY = 300;

function whyOf({ reason, error, approvers, attempts }: TaskReport): string {
  const parts = [
    reason ?? error ?? '',
    approvers.length > 0 ? `approved by ${approvers.join(', ')}` : '',
    attempts > 1 ? `${attempts} attempts` : '',
  ];
  return oneLine(parts.filter((part) => part !== '').join('; '), LONGEST_WHY);
}

/** One task with everything that is known of it. Secrets are references here, and nothing else. */
export function renderTask(task: TaskReport, stream: Stream): string {
  const { colours } = stream;
  const status = statusPaint(task.status, colours)(oneLine(task.status));
  const list = (items: readonly string[]): string => items.map((item) => oneLine(item)).join(', ');
  const error =
    task.error === null ? null : `${fenced(task.error)} (${oneLine(task.error_code ?? 'no code')})`;
  return [
    `${colours.bold(oneLine(task.task_name))}  ${status}\n`,
    field('type', oneLine(task.task_type), stream),
    field('connector', task.connector, stream),
    field('reversibility', task.reversibility, stream),
    field('needs', list(task.needs), stream),
    field('blocked by', list(task.blocked_by), stream),
    field('why', task.reason === null || task.reason === task.error ? null : fenced(task.reason), stream),
    field('error', error, stream),
    field('rules', list(task.rules), stream),
    field('approved by', list(task.approvers), stream),
    field('key', task.idempotency_key === null ? null : oneLine(task.idempotency_key), stream),
    field('attempts', task.attempts === 0 ? null : String(task.attempts), stream),
    field('started', task.started_at, stream),
    field('settled', task.settled_at, stream),
    field('inputs', exactJson(task.inputs), stream, { whole: true }),
    field('output', task.output === null ? null : exactJson(task.output), stream, { whole: true }),
  ].join('');
}

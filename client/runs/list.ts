/** The runs Temporal knows of. Search attributes make it precise; without them names and types have to do. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { SEARCH_KEYS } from '../../workflows/billboard.ts';
import { caseOf, isPreview } from './names.ts';
import { isUnknownAttribute } from '../trouble.ts';

export interface RunRow {
  readonly workflow_id: string;
  readonly playbook: string;
  readonly case_id: string | null;
  /** As the run itself says; otherwise as Temporal sees it. */
  readonly status: string;
  readonly awaiting_approval: boolean | null;
  readonly started_at: string;
  readonly closed_at: string | null;
}

export interface Filter {
  readonly taskQueue: string;
  readonly playbook?: string | undefined;
  readonly case?: string | undefined;
  /** Only runs that have not ended. */
  readonly open?: boolean;
  /** Only runs with an approval due. */
  readonly awaiting?: boolean;
  readonly limit: number;
}

export interface Listed {
  readonly rows: readonly RunRow[];
  /** False: the namespace lacks the search attributes, so what hangs on them was left out of the question. */
  readonly searchable: boolean;
  /** There may be more. */
  readonly cut: boolean;
}

/** Newest first. */
export async function listRuns(client: Client, filter: Filter): Promise<Listed> {
  try {
    return { ...(await collect(client, filter, true)), searchable: true };
  } catch (error) {
    if (!isUnknownAttribute(error)) throw error;
    return { ...(await collect(client, filter, false)), searchable: false };
  }
}

async function collect(
  client: Client,
  filter: Filter,
  searchable: boolean,
): Promise<Omit<Listed, 'searchable'>> {
  const rows: RunRow[] = [];
  for await (const info of client.workflow.list({ query: queryFor(filter, searchable) })) {
    if (isPreview(info.workflowId)) continue;
    const row = rowOf(info);
    if (filter.case !== undefined && row.case_id !== filter.case) continue;
    if (rows.length === filter.limit) return { rows, cut: true };
    rows.push(row);
  }
  return { rows, cut: false };
}

/** Visibility query; https://docs.temporal.io/list-filter */
function queryFor(
  { taskQueue, playbook, case: caseId, open, awaiting }: Filter,
  searchable: boolean,
): string {
  return [
    `TaskQueue = ${text(taskQueue)}`,
    playbook === undefined ? '' : `WorkflowType = ${text(playbook)}`,
    caseId === undefined || !searchable ? '' : `${SEARCH_KEYS.case.name} = ${text(caseId)}`,
    open === true ? "ExecutionStatus = 'Running'" : '',
    awaiting === true && searchable ? `${SEARCH_KEYS.awaiting.name} = true` : '',
  ]
    .filter((part) => part !== '')
    .join(' AND ');
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function rowOf({
  workflowId,
  type,
  status,
  startTime,
  closeTime,
  typedSearchAttributes: said,
}: WorkflowExecutionInfo): RunRow {
  const told = said.get(SEARCH_KEYS.status);
  // A run that was terminated or cancelled had no last word.
  const lastWord = status.name === 'RUNNING' || status.name === 'COMPLETED' ? told : undefined;
  return {
    workflow_id: workflowId,
    playbook: type,
    case_id: said.get(SEARCH_KEYS.case) ?? caseOf(workflowId, type),
    status: lastWord ?? status.name.toLowerCase(),
    awaiting_approval: status.name === 'RUNNING' ? (said.get(SEARCH_KEYS.awaiting) ?? null) : false,
    started_at: startTime.toISOString(),
    closed_at: closeTime?.toISOString() ?? null,
  };
}

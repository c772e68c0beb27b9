/** A stream that keeps what is written, and reports and cards to render on it. */
import type { OpenItem } from '../../workflows/messages.ts';
import type { RunReport, TaskReport } from '../../workflows/walk/report.ts';
import { streamOver, type Stream } from '../../client/terminal.ts';

export interface Paper extends Stream {
  text(): string;
}

export function paper(
  env: { readonly [name: string]: string } = {},
  tty?: { readonly columns: number; readonly rows: number },
): Paper {
  let written = '';
  const target = {
    write: (text: string) => (written += text),
    ...(tty ? { isTTY: true, ...tty } : {}),
  };
  return { ...streamOver(target, env), text: () => written };
}

export function taskReport(changes: Partial<TaskReport> = {}): TaskReport {
  return {
    task_id: 'cordon-p-C1/chain/a',
    case_id: 'C1',
    playbook_id: 'p',
    task_name: 'a',
    task_type: 'T',
    inputs: {},
    needs: [],
    approval_required: false,
    idempotency_key: null,
    status: 'completed',
    output: null,
    error: null,
    approved_by: null,
    executed_at: null,
    layer: 0,
    connector: null,
    reversibility: 'A',
    reason: null,
    error_code: null,
    blocked_by: [],
    approvers: [],
    rules: [],
    attempts: 1,
    started_at: null,
    settled_at: null,
    ...changes,
  };
}

export function runReport(tasks: readonly TaskReport[], status: RunReport['status'] = 'waiting'): RunReport {
  const counts: { [status: string]: number } = {};
  for (const task of tasks) counts[task.status] = (counts[task.status] ?? 0) + 1;
  return {
    workflow_id: 'cordon-p-C1',
    case_id: 'C1',
    playbook_id: 'p',
    playbook_version: '1',
    plan_digest: 'd',
    requested_by: 'ann',
    status,
    counts,
    tasks: Object.fromEntries(tasks.map((task) => [task.task_name, task])),
  };
}

type ApprovalItem = Extract<OpenItem, { readonly kind: 'approval' }>;

export function openCard(changes: Partial<ApprovalItem['card']['body']> = {}): ApprovalItem {
  return {
    kind: 'approval',
    task: 'rotate_password',
    approvals: [],
    card: {
      digest: 'ab'.repeat(32),
      body: {
        v: 2,
        nonce: 'n',
        workflowId: 'cordon-p-C1',
        chain: 'c',
        runId: 'r',
        caseId: 'C1',
        playbook: 'p',
        playbookVersion: '1',
        planDigest: 'd',
        task: 'rotate_password',
        type: 'RotatePassword',
        connector: 'google-workspace',
        inputs: { user_email: 'jo@corp.example' },
        targets: ['jo@corp.example'],
        targetCount: 1,
        effect: 'needs_approval',
        obligations: [],
        policySet: 'e',
        rules: ['account-recovery'],
        reversibility: 'C',
        requestedBy: 'ann',
        openedAt: 0,
        notBefore: 0,
        expiresAt: 86_400_000,
        quorum: 1,
        groups: [],
        minAssurance: 'V0',
        ...changes,
      },
    },
  };
}

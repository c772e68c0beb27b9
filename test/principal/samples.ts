import type { RunRef } from '../../workflows/ports.ts';

export const RUN: RunRef = {
  workflowId: 'w',
  chain: 'c',
  runId: 'r',
  startedAt: 0,
  caseId: 'CASE-7',
  playbook: 'email_takeover_v1',
  playbookVersion: '1',
  planDigest: 'a'.repeat(64),
  severity: 'high',
  requestedBy: 'riley',
};

import type { CardBody } from '../../workflows/ports.ts';

export const cardBody: CardBody = {
  v: 1,
  nonce: 'n-1',
  workflowId: 'cordon-email_takeover_v1-CASE-7',
  chain: 'c',
  caseId: 'CASE-7',
  playbook: 'email_takeover_v1',
  playbookVersion: '1',
  planDigest: 'a'.repeat(64),
  task: 'rotate_password',
  type: 'email.rotate_password',
  connector: 'google-workspace',
  inputs: { email: 'alice@corp.example' },
  targets: ['alice@corp.example'],
  rules: ['accounts.rotate'],
  reversibility: 'B',
  requestedBy: 'riley@corp.example',
  openedAt: Date.UTC(2026, 5, 1, 12),
  expiresAt: Date.UTC(2026, 5, 1, 16),
  quorum: 1,
};

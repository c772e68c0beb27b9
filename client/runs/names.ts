/** How runs are named. */
import { randomUUID } from 'node:crypto';
import { UNDO_PLAYBOOK, undoIdFor } from '../../workflows/language/reserved.ts';

/** One case runs a playbook once at a time, because the id says both. */
export function workflowIdFor(playbook: string, caseId: string): string {
  return `cordon-${playbook}-${caseId}`;
}

/** The case a run belongs to, as far as its name tells. An undo is named after the run that it takes back. */
export function caseOf(workflowId: string, playbook: string): string | null {
  const [run = ''] = workflowId.split('/');
  const [, id, caseId] = /^cordon-([a-z][a-z0-9_]*)-(.+)$/.exec(run) ?? [];
  return caseId !== undefined && (playbook === UNDO_PLAYBOOK || playbook === id) ? caseId : null;
}

const PREVIEW = '/preview-';

/** A look at what an undo would do. */
export function previewIdFor(workflowId: string): string {
  return `${undoIdFor(workflowId)}${PREVIEW}${randomUUID().slice(0, 8)}`;
}

/** Whoever only looked did nothing, and nobody looks for it among the runs. */
export function isPreview(workflowId: string): boolean {
  return workflowId.includes(`${undoIdFor('')}${PREVIEW}`);
}

/** Case ids become workflow ids, file names and search attributes. Null when there is nothing to object to. */
export function faultOfCase(caseId: string): string | null {
  return /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(caseId)
    ? null
    : '--case: letters, digits and . _ : - only, beginning with a letter or digit, at most 128';
}

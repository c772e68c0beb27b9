/** How runs are named. */

/** One case runs a playbook once at a time, because the id says both. */
export function workflowIdFor(playbook: string, caseId: string): string {
  return `cordon-${playbook}-${caseId}`;
}

/** The case a run belongs to, as far as its name tells. */
export function caseOf(workflowId: string, playbook: string): string | null {
  const prefix = workflowIdFor(playbook, '');
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : null;
}

/** Case ids become workflow ids, file names and search attributes. Null when there is nothing to object to. */
export function faultOfCase(caseId: string): string | null {
  return /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(caseId)
    ? null
    : '--case: letters, digits and . _ : - only, beginning with a letter or digit, at most 128';
}

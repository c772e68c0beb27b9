/** What a policy in Rego sees of a task, as `input`. Snake case, as its authors write. No inputs, no secrets. */
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Asset } from '../assets.ts';
import { countedApprovals } from '../consent.ts';
import type { PolicyRequest } from '../engine.ts';

export function inputFor(request: PolicyRequest, { id, kind, provider }: Asset): JsonObject {
  return {
    v: 1,
    action: request.type,
    target: { id, kind, provider },
    targets: request.targets.length,
    task: request.task,
    connector: request.connector,
    playbook: request.playbook,
    playbook_version: request.playbookVersion,
    released: request.released,
    case_id: request.caseId,
    requested_by: request.requestedBy,
    severity: request.severity,
    reversibility: request.reversibility,
    mode: request.mode,
    approvals: countedApprovals(request).length,
    reaches: [...request.reaches],
    started_at: request.startedAt,
    at: request.at,
  };
}

/** A plan for programs. */
import type { SealedPlan } from '../../workflows/language/plan.ts';
import type { Foreseen } from './foresee.ts';

export function planJson(
  { plan, digest }: SealedPlan,
  tasks: readonly Foreseen[],
  unconfigured: readonly string[],
): object {
  return {
    playbook: plan.playbook,
    digest,
    walk: plan.walk,
    on_failure: plan.onFailure ?? 'keep',
    layers: plan.layers,
    approvals_due: tasks.filter(({ approvalDue }) => approvalDue).map(({ task }) => task.name),
    unconfigured,
    tasks: tasks.map(taskJson),
  };
}

function taskJson({ task, inputs, key, when, targets, verdict, approvalDue }: Foreseen): object {
  return {
    name: task.name,
    type: task.type,
    layer: task.layer,
    needs: task.needs,
    join: task.join,
    when: when?.value ?? null,
    connector: task.connector,
    reversibility: task.reversibility,
    repeat: task.repeat,
    inputs: inputs.value,
    inputs_known: inputs.known,
    idempotency_key: key === null ? null : { key: key.value, known: key.known, scope: task.key?.scope },
    targets,
    verdict:
      verdict === null
        ? null
        : { effect: verdict.effect, rules: verdict.rules, obligations: verdict.obligations },
    approval_required: task.approvalRequired,
    approval_due: approvalDue,
    attempts: task.retry.attempts,
    timeout_ms: task.timeoutMs,
    expires_ms: task.expiresMs,
  };
}

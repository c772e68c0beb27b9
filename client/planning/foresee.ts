/** What a run would do, task by task, without doing any of it. */
import { z } from 'zod';
import { contracts } from '../../activities/catalogue/index.ts';
import type { Policy } from '../../activities/policy/engine.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Marking } from '../../workflows/language/marking.ts';
import type { Plan, PlannedTask } from '../../workflows/language/plan.ts';
import type { Scope } from '../../workflows/language/expression.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Config } from '../../worker/config.ts';
import { workflowIdFor } from '../runs/names.ts';
import { knownFields, preview, type Preview } from './preview.ts';

export interface Foreseen {
  readonly task: PlannedTask;
  readonly inputs: Preview;
  readonly key: Preview | null;
  readonly when: Preview | null;
  /** Null where they depend on what only a run can know. */
  readonly targets: readonly string[] | null;
  /** Null where there is no policy, no connector or no target to ask about. */
  readonly verdict: Verdict | null;
  readonly approvalDue: boolean;
}

export interface Surroundings {
  readonly plan: Plan;
  readonly context: JsonObject;
  /** Null: not given. */
  readonly caseId: string | null;
  readonly requestedBy: string;
  readonly mode: Config['mode'];
  readonly policy: Policy | null;
  /** Milliseconds since 1970: windows and freezes are told as they stand then. */
  readonly now: number;
  readonly marking: Marking;
}

/** In declaration order. Asks policy, which changes nothing. */
export async function foresee(around: Surroundings): Promise<readonly Foreseen[]> {
  const scope = scopeOf(around);
  return Promise.all(around.plan.tasks.map((task) => foreseeTask(task, scope, around)));
}

async function foreseeTask(task: PlannedTask, scope: Scope, around: Surroundings): Promise<Foreseen> {
  const targets = targetsOf(task, scope);
  const verdict = await verdictOn(task, targets, scope, around);
  return {
    task,
    inputs: preview(task.inputs, scope),
    key: task.key === null ? null : preview(task.key.template, scope),
    when: task.when === null ? null : preview(task.when, scope),
    targets,
    verdict,
    approvalDue: task.approvalRequired || verdict?.effect === 'needs_approval',
  };
}

function scopeOf({ context, caseId, plan, requestedBy }: Surroundings): Scope {
  return (root) => {
    if (root === 'case_id') return caseId ?? undefined;
    if (root === 'run')
      return caseId === null
        ? undefined
        : {
            id: workflowIdFor(plan.playbook.id, caseId),
            playbook: plan.playbook.id,
            requested_by: requestedBy,
          };
    return Object.hasOwn(context, root) ? context[root] : undefined;
  };
}

/** Nowhere, where that hangs on what is not known yet: the run will ask again. */
function reachesOf(task: PlannedTask, scope: Scope): readonly string[] {
  try {
    return contracts.get(task.type)?.reaches?.(knownFields(task.inputs, scope)) ?? [];
  } catch {
    return [];
  }
}

/** Targets hang on few of the inputs, so they can often be told before all inputs are known. */
function targetsOf(task: PlannedTask, scope: Scope): readonly string[] | null {
  const contract = contracts.get(task.type);
  if (contract === undefined) return null;
  const { input } = contract;
  const parsed = (input instanceof z.ZodObject ? input.partial() : input).safeParse(
    knownFields(task.inputs, scope),
  );
  if (!parsed.success) return null;
  try {
    const targets: readonly unknown[] = contract.targets(parsed.data);
    return targets.every((target) => typeof target === 'string') ? [...new Set(targets)] : null;
  } catch {
    // It reads an input that is not known yet.
    return null;
  }
}

async function verdictOn(
  task: PlannedTask,
  targets: readonly string[] | null,
  scope: Scope,
  { plan, caseId, requestedBy, mode, policy, now, marking }: Surroundings,
): Promise<Verdict | null> {
  if (policy === null || targets === null || task.connector === null) return null;
  return policy.decide({
    task: task.name,
    type: task.type,
    connector: task.connector,
    reversibility: task.reversibility,
    severity: plan.playbook.severity,
    playbook: plan.playbook.id,
    playbookVersion: plan.playbook.version,
    caseId: caseId ?? '',
    requestedBy,
    approvals: [],
    roster: false,
    mode,
    at: now,
    startedAt: now,
    marking,
    reaches: reachesOf(task, scope),
    targets,
  });
}

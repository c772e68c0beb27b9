/** A playbook whose shape is right, as the types of `playbook.ts`: defaults filled in, units and short forms resolved. */
import { parseDuration } from './duration.ts';
import type { Json } from './json.ts';
import type { ContextVariable, Need, Playbook, Retry, TaskDefinition } from './playbook.ts';
import type { PlaybookShape, TaskShape, VariableShape } from './schema.ts';

export function toPlaybook(shape: PlaybookShape): Playbook {
  return {
    id: shape.id,
    version: String(shape.version ?? '1'),
    description: shape.description ?? '',
    severity: shape.severity ?? 'medium',
    tags: shape.tags ?? [],
    context: Object.fromEntries(
      Object.entries(shape.context ?? {}).map(([name, entry]) => [
        name,
        toVariable(typeof entry === 'string' ? { type: entry } : entry),
      ]),
    ),
    walk: shape.walk ?? 'layers',
    ...(shape.on_failure === 'undo' && { onFailure: shape.on_failure }),
    tasks: Object.entries(shape.tasks).map(([name, task]) => toTask(name, task)),
  };
}

function toVariable(variable: VariableShape): ContextVariable {
  const hasDefault = variable.default !== undefined;
  return {
    type: variable.type,
    required: variable.required ?? !hasDefault,
    ...(variable.description !== undefined && { description: variable.description }),
    ...(hasDefault && { default: variable.default as Json }),
  };
}

function toTask(name: string, task: TaskShape): TaskDefinition {
  const { idempotency_key: key, when, retry, timeout, provider, expires } = task;
  return {
    name,
    type: task.type,
    needs: toNeeds(task.needs ?? []),
    join: task.join ?? 'all',
    ...(when !== undefined && { when }),
    inputs: (task.inputs ?? {}) as { readonly [name: string]: Json },
    approvalRequired: task.approval_required ?? false,
    ...(key !== undefined && { idempotencyKey: toKey(key) }),
    ...(retry && { retry: toRetry(retry) }),
    ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }),
    ...(provider !== undefined && { provider }),
    ...(expires !== undefined && { expiresMs: milliseconds(expires) }),
  };
}

/** A need written twice is one need. */
function toNeeds(needs: NonNullable<TaskShape['needs']>): readonly Need[] {
  if (Array.isArray(needs)) return [...new Set(needs)].map((task) => ({ task }));
  return Object.entries(needs).map(([task, on]) => ({ task, on: [...new Set(on)] }));
}

/** Kept within the case: the same trouble in another case is dealt with anew. */
function toKey(
  key: NonNullable<TaskShape['idempotency_key']>,
): NonNullable<TaskDefinition['idempotencyKey']> {
  return typeof key === 'string' ? { key, scope: 'case' } : { key: key.key, scope: key.scope ?? 'case' };
}

function toRetry({ attempts, backoff, on }: NonNullable<TaskShape['retry']>): Partial<Retry> {
  return {
    ...(attempts !== undefined && { attempts }),
    ...(backoff !== undefined && { backoffMs: milliseconds(backoff) }),
    ...(on !== undefined && { on: [...new Set(on)] }),
  };
}

function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`a duration nobody checked: ${text}`);
  return ms;
}

/** What was done before the rehearsal begins: keys that are taken, by the same inputs or by others. */
import { claimKey, inputsDigest } from '../../activities/keys.ts';
import type { World } from '../../activities/world.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { resolveTemplate } from '../../workflows/language/template.ts';
import type { RunRef } from '../../workflows/ports.ts';
import { createScope } from '../../workflows/walk/scope.ts';
import type { Rehearsal } from './script.ts';

/**
 * Takes the keys of `done_before` and `conflicts` for an earlier run of the same case. Inputs and keys of
 * those tasks must not depend on other tasks; throws where they do.
 */
export async function markDone(
  rehearsal: Rehearsal,
  plan: Plan,
  run: RunRef,
  context: JsonObject,
  world: World,
): Promise<void> {
  const scope = createScope(run, context, () => null);
  const earlier = { chain: 'earlier', workflowId: 'an-earlier-run', task: 'earlier' };
  for (const task of plan.tasks) {
    const output = rehearsal.done_before[task.name];
    const conflicts = rehearsal.conflicts.includes(task.name);
    if ((output === undefined && !conflicts) || task.key === null || task.connector === null) continue;
    const key = resolveTemplate(task.key.template, scope);
    const inputs = resolveTemplate(task.inputs, scope);
    if (key.kind === 'error' || typeof key.value !== 'string')
      throw new Error(`the key of ${task.name} cannot be told beforehand`);
    if (inputs.kind === 'error' || !isObject(inputs.value))
      throw new Error(`the inputs of ${task.name} cannot be told beforehand`);
    const contract = world.contracts.get(task.type);
    const parsed: unknown = contract?.input.parse(inputs.value) ?? inputs.value;
    const digest = conflicts
      ? 'f'.repeat(64)
      : inputsDigest(task.type, task.connector, isObject(parsed) ? parsed : {});
    await world.ledger.settle({
      key: claimKey({ task: task.name, key: { key: key.value, scope: task.key.scope } }, run),
      owner: earlier,
      inputsDigest: digest,
      result: 'done',
      output: output ?? {},
      now: world.now(),
    });
  }
}

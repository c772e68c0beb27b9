/** What an expression may name: context, `case_id`, `run`, and tasks that have ended. */
import type { Json, JsonObject } from '../language/json.ts';
import type { RunRef } from '../ports.ts';
import { isReached, type Outcome } from './outcome.ts';

/** `output` only where there is one, so that a reference to what never happened is an error, not an empty value. */
export function taskValue(outcome: Outcome): JsonObject {
  const value: { [field: string]: Json } = { status: outcome.status };
  if (isReached(outcome)) value['output'] = outcome.output;
  if (outcome.status === 'failed' || outcome.status === 'indeterminate')
    value['error'] = outcome.fault.message;
  return value;
}

export function createScope(
  run: RunRef,
  context: JsonObject,
  outcomeOf: (task: string) => Outcome | null | undefined,
): (root: string) => Json | undefined {
  const runValue = { id: run.workflowId, playbook: run.playbook, requested_by: run.requestedBy };
  return (root) => {
    if (root === 'case_id') return run.caseId;
    if (root === 'run') return runValue;
    const outcome = outcomeOf(root);
    if (outcome) return taskValue(outcome);
    return Object.hasOwn(context, root) ? context[root] : undefined;
  };
}

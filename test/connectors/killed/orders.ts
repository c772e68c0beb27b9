/** The calls of a run with one task, and of its undo, as the walk would make them. */
import { everyContract } from '../../../activities/catalogue/index.ts';
import { inputsDigest, sha256 } from '../../../activities/keys.ts';
import { appendFacts } from '../../../activities/record.ts';
import { performanceIn } from '../../../activities/undo/performance.ts';
import { planUndo } from '../../../activities/undo/plan.ts';
import type { World } from '../../../activities/world.ts';
import { canonical } from '../../../workflows/audit/canonical.ts';
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { PlannedTask } from '../../../workflows/language/plan.ts';
import { UNDO_PLAYBOOK } from '../../../workflows/language/reserved.ts';
import { sealPlan } from '../../../workflows/language/seal.ts';
import type { Question, RunRef } from '../../../workflows/ports.ts';
import { plan, RUN, task } from '../../walk/samples.ts';
import type { Action } from './action.ts';
import type { Life, Order } from './life.ts';
import type { Place } from './place.ts';

export const TASK = 'the_task';

export function plannedFor<P extends Place>(world: World, action: Action<P>): PlannedTask {
  const { connector, type } = action;
  const performance = performanceIn(world.connectors.get(connector), type);
  if (performance === undefined) throw new Error(`no ${connector} that performs ${type}`);
  const { reversibility, repeat, timeoutMs } = { ...performance, ...action.declared };
  return task(TASK, { type, connector, reversibility, repeat, timeoutMs });
}

/** A run of this one task, as the record knows it. */
export async function runOf(world: World, planned: PlannedTask): Promise<RunRef> {
  const sealed = sealPlan(plan([planned]), sha256, canonical);
  await world.ledger.put({ kind: 'plan', digest: sealed.digest, text: canonical(sealed.plan) });
  const run: RunRef = { ...RUN, planDigest: sealed.digest };
  await begin(world, run);
  return run;
}

/** The run's first fact. */
export async function begin(world: World, run: RunRef): Promise<void> {
  const details = { playbook: run.playbook, version: run.playbookVersion, plan: run.planDigest };
  const started = {
    event: 'playbook_started',
    task: null,
    details,
    at: Date.now(),
    coordinate: 's',
  } as const;
  await appendFacts(world, run, [started]);
}

export function orderOf(
  world: World,
  run: RunRef,
  { name, type, connector, reversibility, repeat, timeoutMs }: PlannedTask,
  given: JsonObject,
  key: Question['key'] = { key: name, scope: 'run' },
): Order {
  const contract = world.contracts.get(type) ?? everyContract.get(type);
  if (contract === undefined || connector === null) throw new Error(`${type} is no task type`);
  const inputs = contract.input.parse(given) as JsonObject;
  const question = { task: name, type, connector, inputs, key, reversibility, repeat, approvals: [] };
  const call = {
    question,
    inputsDigest: inputsDigest(type, connector, inputs),
    targets: contract.targets(inputs),
    label: name,
    rules: [],
    card: null,
    retry: { attempts: 6, backoffMs: 1, on: ['rate_limited', 'unavailable', 'unknown'] as const },
    timeoutMs,
  };
  return { run, call };
}

/** What `cordon undo` would plan of the run, as its one task's call. */
export async function undoOrder({ world }: Life, { run }: Order): Promise<Order> {
  const planned = await planUndo(world, run.caseId, { workflow_id: run.workflowId, run_id: run.chain });
  if (planned.kind === 'refused') throw new Error(planned.problems.join('\n'));
  const { plan: undoPlan, digest } = planned.sealed;
  const [taken] = undoPlan.tasks;
  const key = taken?.key?.template;
  if (taken?.inputs.kind !== 'literal' || key?.kind !== 'literal')
    throw new Error('an undo is planned with what it takes back');
  const { value } = taken.inputs;
  if (!isObject(value) || typeof key.value !== 'string') throw new Error('an undo has inputs and a key');
  const undoRun = {
    ...run,
    workflowId: 'undo',
    chain: `undo of ${run.chain}`,
    playbook: UNDO_PLAYBOOK,
    planDigest: digest,
  };
  return orderOf(world, undoRun, taken, value, { key: key.value, scope: 'global' });
}

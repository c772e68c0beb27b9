/**
 * What must hold of every run, whatever it meets. Each law reads the script and the record and says what is
 * wrong; none asks the walk how it decided.
 */
import type { Rehearsal } from '../../client/rehearsal/script.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import { STATUSES } from '../../workflows/language/playbook.ts';
import { fold } from '../../workflows/walk/ending.ts';
import type { EventName, Fact } from '../../workflows/walk/fact.ts';
import type { Staged } from './staging.ts';

type Complaints = readonly string[];
type RunLaw = (rehearsal: Rehearsal, staged: Staged) => Complaints;

function writtenTasks({ playbook }: Rehearsal): readonly (readonly [string, JsonObject])[] {
  const tasks = typeof playbook === 'string' ? undefined : playbook['tasks'];
  if (!isObject(tasks)) throw new Error('these laws read playbooks that stand in the rehearsal itself');
  return Object.entries(tasks).map(([name, task]) => [name, isObject(task) ? task : {}]);
}

const statusIn = (fact: Fact): string | null => {
  const status = fact.details['status'];
  return typeof status === 'string' && (STATUSES as readonly string[]).includes(status) ? status : null;
};

function places(facts: readonly Fact[], task: string, ...events: readonly EventName[]): number[] {
  return facts.flatMap((fact, at) => (fact.task === task && events.includes(fact.event) ? [at] : []));
}

/** Where each task ended, and how. */
function endings(facts: readonly Fact[]): Map<string, { readonly at: number; readonly fact: Fact }> {
  const ends = new Map<string, { at: number; fact: Fact }>();
  for (const [at, fact] of facts.entries())
    if (fact.task !== null && statusIn(fact) !== null) ends.set(fact.task, { at, fact });
  return ends;
}

const BEFORE_ACTING: ReadonlySet<EventName> = new Set([
  'policy_checked',
  'policy_check_error',
  'task_waiting_approval',
  'task_started',
  'connector_intent',
  'connector_called',
  'connector_error',
]);

/** A task is judged, asked about or done only once all it needs has ended, and in a way that lets it run. */
const needsAreKept: RunLaw = (rehearsal, { facts }) => {
  const ends = endings(facts);
  const wrong: string[] = [];
  for (const [name, task] of writtenTasks(rehearsal)) {
    const needs = task['needs'] ?? [];
    const named = isObject(needs) ? Object.keys(needs) : (needs as readonly string[]);
    const begun = facts.findIndex((fact) => fact.task === name && BEFORE_ACTING.has(fact.event));
    const late = named.filter((need) => (ends.get(need)?.at ?? Infinity) > begun);
    if (begun >= 0 && late.length > 0) wrong.push(`${name} began before ${late.join(', ')} had ended`);
    const turn = turnBy(task, named, ends);
    const end = ends.get(name)?.fact;
    const blocked = end?.event === 'task_blocked';
    const passed = end?.event === 'task_skipped_condition' && end.details['why'] === 'needs_skipped';
    if (begun >= 0 && turn !== 'run') wrong.push(`${name} began although its needs say ${turn}`);
    if (blocked && turn !== 'blocked') wrong.push(`${name} was blocked although its needs say ${turn}`);
    if (passed && turn !== 'skipped') wrong.push(`${name} was skipped although its needs say ${turn}`);
  }
  return wrong;
};

function turnBy(
  task: JsonObject,
  named: readonly string[],
  ends: ReadonlyMap<string, { readonly fact: Fact }>,
): 'run' | 'blocked' | 'skipped' {
  const { needs, join } = task;
  let [good, bad] = [0, 0];
  for (const need of named) {
    const fact = ends.get(need)?.fact;
    const status = fact === undefined ? 'unsettled' : statusIn(fact);
    const listed = isObject(needs) ? needs[need] : null;
    const reached = status === 'completed' || fact?.event === 'task_skipped_idempotent';
    const met = Array.isArray(listed) ? listed.includes(status) : reached;
    if (met) good += 1;
    else if (Array.isArray(listed) || status !== 'skipped') bad += 1;
  }
  if (named.length === 0) return 'run';
  const enough =
    join === 'any' ? good >= 1 : typeof join === 'number' ? good >= join : good >= 1 && bad === 0;
  return enough ? 'run' : bad > 0 ? 'blocked' : 'skipped';
}

const everyTaskEndsOnce: RunLaw = (rehearsal, { facts, report }) =>
  writtenTasks(rehearsal).flatMap(([name]) => {
    const ends = facts.filter((fact) => fact.task === name && statusIn(fact) !== null);
    const told = report.tasks[name]?.status;
    if (ends.length !== 1) return [`${name} ended ${ends.length} times`];
    return ends.every((fact) => statusIn(fact) === told) ? [] : [`${name} is reported as ${told}`];
  });

/** Looks at the record as it was when the connector was called, not as it is now. */
const intentComesFirst: RunLaw = (_rehearsal, { facts, calls }) => {
  const wrong: string[] = [];
  const made = new Map<string, number>();
  for (const { task, durable } of calls) {
    const count = (made.get(task) ?? 0) + 1;
    made.set(task, count);
    const before = facts.slice(0, durable);
    const intents = places(before, task, 'connector_intent');
    if (intents.length < count) wrong.push(`call ${count} of ${task} had ${intents.length} durable intents`);
    const allowed = places(before, task, 'policy_checked').findLast((at) => at < (intents.at(-1) ?? 0));
    if (allowed === undefined || before[allowed]?.details['effect'] !== 'allow')
      wrong.push(`call ${count} of ${task} had no allowing verdict`);
  }
  return wrong;
};

const approvalComesFirst: RunLaw = (rehearsal, { facts, calls }) => {
  const wrong: string[] = [];
  const called = new Set(calls.map(({ task }) => task));
  for (const [name, task] of writtenTasks(rehearsal)) {
    const policy = rehearsal.policy[name] ?? 'allow';
    const first = Array.isArray(policy) ? policy[0] : policy;
    const due = task['approval_required'] === true || first === 'needs_approval' || first === 'needs_two';
    if (!due || !called.has(name)) continue;
    const [intent = -1] = places(facts, name, 'connector_intent');
    const approved = facts.slice(0, intent).findLast((f) => f.task === name && f.event === 'task_approved');
    if (approved === undefined) {
      wrong.push(`${name} was called without approval`);
      continue;
    }
    const again = facts.slice(facts.indexOf(approved), intent).filter((f) => f.task === name);
    if (!again.some((f) => f.event === 'policy_checked' && f.details['effect'] === 'allow'))
      wrong.push(`${name} was not judged again after its approval`);
    if (facts[intent]?.details['card'] !== approved.details['card'])
      wrong.push(`${name} ran under another card than the approved one`);
    const voters = facts.filter(
      (f) => f.task === name && ['vote_counted', 'task_approved'].includes(f.event),
    );
    const persons = new Set(
      voters.map((f) => JSON.stringify(f.details['by']).replaceAll(/[" ]/g, '').toLowerCase()),
    );
    if (persons.has(rehearsal.requested_by)) wrong.push(`${name} was approved by whoever asked for the run`);
    if (first === 'needs_two' && persons.size < 2) wrong.push(`${name} had one approval where two were due`);
  }
  return wrong;
};

/** Told from its facts alone, the run is the same; and its status follows from how its tasks ended. */
const recordTellsTheRun: RunLaw = (_rehearsal, { facts, report }) => {
  const told = fold(facts);
  const wrong: string[] = [];
  for (const [name, { status }] of Object.entries(report.tasks))
    if (told.tasks[name] !== status) wrong.push(`${name}: record ${told.tasks[name]}, report ${status}`);
  const all = Object.values(report.tasks).map(({ status }) => status);
  const has = (...statuses: readonly string[]): boolean => all.some((status) => statuses.includes(status));
  const status = has('cancelled')
    ? 'cancelled'
    : has('failed', 'indeterminate')
      ? 'failed'
      : all.every((one) => one === 'completed' || one === 'skipped')
        ? 'completed'
        : 'incomplete';
  if (told.status !== status) wrong.push(`record: ${told.status}, should be ${status}`);
  if (report.status !== status) wrong.push(`report: ${report.status}, should be ${status}`);
  const counted = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
  if (counted !== all.length) wrong.push(`${counted} of ${all.length} tasks are counted`);
  if (facts.at(-1)?.event !== 'playbook_completed') wrong.push('the run does not end with its completion');
  return wrong;
};

/** After an answer that may have been an effect, the same key is called again only where the type allows it. */
const nothingIsDoneTwice: RunLaw = (rehearsal, { facts, calls, plan }) => {
  const repeatable = new Map(
    plan.tasks.map(({ name, type }) => [name, rehearsal.types[type]?.repeat !== 'none']),
  );
  const open = new Map<string, string>();
  const wrong: string[] = [];
  for (const { task, key, answer, durable } of calls) {
    const holder = open.get(key);
    const freed = (one: string): boolean =>
      facts
        .slice(0, durable)
        .some((f) => f.task === one && f.event === 'task_resolved' && f.details['result'] === 'failed');
    if (holder !== undefined && !freed(holder)) wrong.push(`${task} was called after ${holder} with its key`);
    const effect = answer === 'done' || answer === 'unknown' || answer === 'threw';
    if (answer === 'done' || (effect && repeatable.get(task) === false)) open.set(key, task);
  }
  return wrong;
};

/**
 * By layers, nothing begins while a call of an earlier layer is under way. What had begun before and waited for
 * a person may go on.
 */
const layersAreKept: RunLaw = ({ walk }, { facts, plan }) => {
  if (walk === 'ready') return [];
  const layers = new Map(plan.tasks.map(({ name, layer }) => [name, layer]));
  const calling = new Map<string, number>();
  const begun = new Set<string>();
  const wrong: string[] = [];
  for (const { event, task } of facts) {
    const layer = layers.get(task ?? '');
    if (task === null || layer === undefined || !BEFORE_ACTING.has(event)) continue;
    if (event === 'connector_called' || event === 'connector_error') calling.delete(task);
    const held = [...calling].filter(([, earlier]) => earlier < layer).map(([other]) => other);
    if (!begun.has(task) && held.length > 0) wrong.push(`${task} began while ${held.join(', ')} was called`);
    begun.add(task);
    if (event === 'connector_intent') calling.set(task, layer);
  }
  return wrong;
};

export const LAWS = {
  needsAreKept,
  everyTaskEndsOnce,
  intentComesFirst,
  approvalComesFirst,
  recordTellsTheRun,
  nothingIsDoneTwice,
  layersAreKept,
} as const;

export function complaints(rehearsal: Rehearsal, staged: Staged): Complaints {
  return Object.entries(LAWS).flatMap(([name, law]) =>
    law(rehearsal, staged).map((says) => `${name}: ${says}`),
  );
}

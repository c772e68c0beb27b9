/** Random rehearsals: a graph, and for each of its tasks what policy, connector and people make of it. */
import * as fc from 'fast-check';
import type { Rehearsal } from '../../client/rehearsal/script.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { STATUSES, type Status } from '../../workflows/language/playbook.ts';
import { scriptOf } from './staging.ts';

/** Look changes nothing; a repeat of Safe is harmless; a repeat of Once is not. */
export const TYPES = {
  Look: { input: { x: 'string' }, output: { y: 'string' }, reversibility: 'none', repeat: 'natural' },
  Safe: { input: { x: 'string' }, output: { y: 'string' }, reversibility: 'A', repeat: 'natural' },
  Once: { input: { x: 'string' }, output: { y: 'string' }, reversibility: 'C', repeat: 'none' },
} as const;

const CONNECTORS = {
  done: { output: { y: 'made' } },
  slow: { output: { y: 'made' }, takes: '40s' },
  refused: { refused: 'the provider said no' },
  again: [{ try_again: 'rate_limited', after: '30s' }, { output: { y: 'made' } }],
  exhausted: { try_again: 'unavailable' },
  unknown_once: [{ unknown: 'cut off' }, { output: { y: 'made' } }],
  unknown: { unknown: 'cut off' },
  throws: { throws: 'broke off' },
  by_hand: { action_required: 'do it yourself', once_done: { y: 'on their word' } },
} as const;

export interface RandomTask {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly needs: readonly string[];
  /** Statuses per need; null: the plain form. */
  readonly on: readonly (readonly Status[])[] | null;
  readonly join: 'all' | 'any' | number;
  /** A need that must have completed, or a constant. */
  readonly when: string | boolean;
  readonly approvalRequired: boolean;
  readonly policy: 'allow' | 'deny' | 'error' | 'needs_approval' | 'needs_two' | 'tightens';
  readonly people: 'agree' | 'reject' | 'silent';
  /** What people say of a call whose fate is open, or of a step that was theirs. */
  readonly word: 'completed' | 'failed' | 'silent';
  readonly connector: keyof typeof CONNECTORS;
  readonly before: 'nothing' | 'done' | 'conflict';
}

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 6 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

const draft = fc.record({
  type: fc.constantFrom('Look' as const, 'Safe' as const, 'Once' as const),
  needs: fc.array(fc.nat(1000), { maxLength: 4, size: 'max' }),
  long: mostly(false, true),
  on: fc.tuple(...Array.from({ length: 4 }, () => fc.subarray([...STATUSES], { minLength: 1 }))),
  join: mostly<'all' | 'any' | number>('all', 'any', 1, 2, 3),
  when: mostly<'always' | 'never' | 'need'>('always', 'never', 'need'),
  approvalRequired: mostly(false, true),
  policy: mostly<RandomTask['policy']>('allow', 'deny', 'error', 'needs_approval', 'needs_two', 'tightens'),
  people: mostly<RandomTask['people']>('agree', 'reject', 'silent'),
  word: fc.constantFrom('completed' as const, 'failed' as const, 'silent' as const),
  connector: mostly<RandomTask['connector']>(
    'done',
    'slow',
    'refused',
    'again',
    'exhausted',
    'unknown_once',
    'unknown',
    'throws',
    'by_hand',
  ),
  before: mostly<RandomTask['before']>('nothing', 'nothing', 'nothing', 'done', 'conflict'),
});
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

/** Every need is one of the ten tasks declared before, so graphs grow deep as well as wide. */
function taskOf(draft: Draft, index: number): RandomTask {
  const reach = Math.min(index, 10);
  const needs = reach === 0 ? [] : [...new Set(draft.needs.map((n) => `t${index - 1 - (n % reach)}`))];
  const { long, on, when, join, ...rest } = draft;
  const first = needs[0];
  return {
    ...rest,
    name: `t${index}`,
    needs,
    on: long && needs.length > 0 ? on.slice(0, needs.length) : null,
    join: typeof join === 'number' ? (needs.length === 0 ? 'all' : Math.min(join, needs.length)) : join,
    when: when === 'need' ? (first ?? true) : when === 'always',
  };
}

const NEEDS_PEOPLE: readonly RandomTask['connector'][] = ['unknown_once', 'unknown', 'throws', 'by_hand'];

function waits(task: RandomTask): boolean {
  return (
    task.approvalRequired ||
    ['needs_approval', 'needs_two'].includes(task.policy) ||
    NEEDS_PEOPLE.includes(task.connector)
  );
}

/** People speak at fixed times, so only so many tasks may wait for them one after another. */
const MOST_WAITING = 3;

export const tasks: fc.Arbitrary<readonly RandomTask[]> = fc
  .array(draft, { minLength: 1, maxLength: 60, size: 'max' })
  .map((drafts) => {
    let waiting = 0;
    return drafts.map(taskOf).map((task): RandomTask => {
      if (!waits(task)) return task;
      waiting += 1;
      if (waiting <= MOST_WAITING) return task;
      return { ...task, approvalRequired: false, policy: 'allow', connector: 'done' };
    });
  });

function yamlTask(task: RandomTask) {
  const { needs, on } = task;
  const long: string[] | { [need: string]: Status[] } =
    on === null ? [...needs] : Object.fromEntries(needs.map((need, i) => [need, [...(on[i] ?? [])]]));
  return {
    type: task.type,
    needs: long,
    join: task.join,
    when: typeof task.when === 'string' ? `{{ ${task.when}.status == "completed" }}` : task.when,
    inputs: { x: task.name },
    approval_required: task.approvalRequired,
    ...(task.before === 'nothing' ? {} : { idempotency_key: `key-${task.name}` }),
    retry: { attempts: 2, backoff: '1s' },
    expires: EXPIRES,
  };
}

/** Longer than the hour between two rounds of people, so that whoever speaks at all is heard in time. */
const EXPIRES = '2h';
/** Three tasks that each wait for a vote and then for silence to pass are over in nine hours. */
const ROUNDS = 10;

function sayings({ name, people, policy, word, connector }: RandomTask): JsonObject[] {
  const said: JsonObject[] = [];
  for (let hour = 1; hour <= ROUNDS; hour += 1) {
    const at = `${hour * 60}m`;
    const half = `${hour * 60 + 30}m`;
    if (people === 'reject') said.push({ at, say: 'reject', task: name, by: 'sam' });
    if (people === 'agree') said.push({ at, say: 'approve', task: name, by: 'sam' });
    if (people === 'agree' && policy === 'needs_two')
      said.push({ at, say: 'approve', task: name, by: 'ines' });
    if (word === 'silent') continue;
    if (connector === 'by_hand') {
      if (word === 'completed') said.push({ at: half, say: 'confirm', task: name, by: 'sam' });
    } else {
      const output = word === 'completed' ? { output: { y: 'seen' } } : {};
      said.push({ at: half, say: 'resolve', task: name, by: 'sam', result: word, ...output });
    }
  }
  return said;
}

/** A rehearsal in which nothing depends on who is quicker. */
export function calm(all: readonly RandomTask[], walk: 'layers' | 'ready'): Rehearsal {
  const script = (task: RandomTask): unknown =>
    task.policy === 'tightens' ? ['allow', 'deny'] : task.policy;
  return scriptOf({
    walk,
    playbook: { id: 'calm', tasks: Object.fromEntries(all.map((task) => [task.name, yamlTask(task)])) },
    types: TYPES,
    policy: Object.fromEntries(all.map((task) => [task.name, script(task)])),
    connectors: Object.fromEntries(all.map((task) => [task.name, CONNECTORS[task.connector]])),
    done_before: Object.fromEntries(
      all.filter(({ before }) => before === 'done').map(({ name }) => [name, { y: 'earlier' }]),
    ),
    conflicts: all.filter(({ before }) => before === 'conflict').map(({ name }) => name),
    people: all.filter(waits).flatMap(sayings),
  });
}

/** What makes a run stormy: equal keys, a cancellation, and people who speak when they please. */
export interface Weather {
  readonly walk: 'layers' | 'ready';
  /** Task number to one of three keys; equal keys come with equal inputs or with others. */
  readonly keys: readonly { readonly task: number; readonly key: number; readonly other: boolean }[];
  readonly cancelAt: number | null;
  readonly voices: readonly {
    readonly task: number;
    readonly at: number;
    readonly say: 'approve' | 'reject' | 'confirm' | 'resolve' | 'launch';
    readonly by: 'sam' | 'SAM ' | 'ines' | 'riley';
  }[];
}

const minutes = fc.nat(400);

export const weather: fc.Arbitrary<Weather> = fc.record({
  walk: fc.constantFrom('layers' as const, 'ready' as const),
  keys: fc.array(fc.record({ task: fc.nat(59), key: fc.nat(2), other: mostly(false, true) }), {
    maxLength: 12,
  }),
  cancelAt: fc.option(minutes, { freq: 3 }),
  voices: fc.array(
    fc.record({
      task: fc.nat(59),
      at: minutes,
      say: fc.constantFrom(
        'approve' as const,
        'reject' as const,
        'confirm' as const,
        'resolve' as const,
        'launch' as const,
      ),
      by: fc.constantFrom('sam' as const, 'SAM ' as const, 'ines' as const, 'riley' as const),
    }),
    { maxLength: 30 },
  ),
});

export function stormy(all: readonly RandomTask[], { walk, keys, cancelAt, voices }: Weather): Rehearsal {
  const still = calm(all, walk);
  const shared = new Map<string, Weather['keys'][number]>(keys.map((one) => [`t${one.task}`, one]));
  const keyed = (task: RandomTask) => {
    const one = shared.get(task.name);
    if (one === undefined || task.before !== 'nothing') return yamlTask(task);
    const inputs = { x: one.other ? task.name : 'shared' };
    return { ...yamlTask(task), type: 'Once', inputs, idempotency_key: `shared-${one.key}` };
  };
  const names = all.filter(waits).map(({ name }) => name);
  const spoken = voices.map(({ task, at, say, by }) => ({
    at: `${at}m`,
    say,
    by,
    task: names[task % Math.max(1, names.length)] ?? 't0',
    ...(say === 'resolve' ? { result: 'failed' as const } : {}),
  }));
  return {
    ...still,
    playbook: { id: 'stormy', tasks: Object.fromEntries(all.map((task) => [task.name, keyed(task)])) },
    people: [...still.people.filter((_, index) => index % 3 === 0), ...spoken],
    ...(cancelAt === null ? {} : { cancel_at: `${cancelAt}m` }),
  };
}

/** Every law of every run must notice when it is broken: each of these breaks one on purpose. */
import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import type { Rehearsal } from '../../client/rehearsal/script.ts';
import { callContext, performanceOf } from '../../activities/performing.ts';
import { LAWS } from './laws.ts';
import { TYPES } from './random-playbooks.ts';
import { perform, scriptOf, type Staging } from './staging.ts';

interface Control {
  readonly says: string;
  readonly law: keyof typeof LAWS;
  readonly script: Rehearsal;
  readonly broken: Staging;
}

function script(
  tasks: { readonly [name: string]: JsonObject },
  rest: { readonly [field: string]: Json } = {},
) {
  const typed = Object.entries(tasks).map(([name, task]) => [name, { type: 'Safe', ...task }] as const);
  const done = Object.keys(tasks).map((name) => [name, { output: { y: 'made' } }] as const);
  const { connectors, ...others } = rest;
  return scriptOf({
    playbook: { id: 'control', tasks: Object.fromEntries(typed) },
    types: TYPES,
    connectors: { ...Object.fromEntries(done), ...(connectors as JsonObject | undefined) },
    ...others,
  });
}

function eachTask(change: (task: Plan['tasks'][number]) => Partial<Plan['tasks'][number]>): Staging {
  return { plan: (plan) => ({ ...plan, tasks: plan.tasks.map((task) => ({ ...task, ...change(task) })) }) };
}

const REFUSED = { connectors: { a: { refused: 'no' } } };
const CHAIN = { a: {}, b: { needs: ['a'] } };
const GATE = { a: { approval_required: true } };
const GRANTED = { people: [{ at: '1m', say: 'approve', task: 'a', by: 'sam' }] };

const CONTROLS: readonly Control[] = [
  {
    says: 'a walk that ignores needs',
    law: 'needsAreKept',
    script: script(CHAIN, REFUSED),
    broken: eachTask(() => ({ needs: [] })),
  },
  {
    says: 'a walk that takes any need for all of them',
    law: 'needsAreKept',
    script: script({ a: {}, b: {}, c: { needs: ['a', 'b'] } }, REFUSED),
    broken: eachTask(() => ({ join: 'any' })),
  },
  {
    says: 'an end that is recorded twice',
    law: 'everyTaskEndsOnce',
    script: script({ a: {} }),
    broken: {
      activities: (real) => ({
        ...real,
        async record({ run, facts }) {
          const again = facts
            .filter(({ event }) => event === 'task_completed')
            .map((fact) => ({ ...fact, coordinate: `${fact.coordinate}/again` }));
          return real.record({ run, facts: [...facts, ...again] });
        },
      }),
    },
  },
  {
    says: 'an act that calls before the intent is durable',
    law: 'intentComesFirst',
    script: script({ a: {} }),
    broken: {
      activities: (real, world) => ({
        ...real,
        async act(input) {
          const { run, call } = input;
          const pulse = world.pulse();
          const context = callContext(world, run, call.question, pulse, pulse.signal, {
            attempt: 1,
            fence: 1,
          });
          await performanceOf(world, call.question)?.perform(call.question.inputs, context);
          return real.act(input);
        },
      }),
    },
  },
  {
    says: 'a verdict that nobody recorded',
    law: 'intentComesFirst',
    script: script({ a: {} }, { policy: { a: ['deny', 'allow'] } }),
    broken: {
      activities: (real) => ({
        ...real,
        async judge(input) {
          const judged = await real.judge(input);
          if (judged.kind !== 'decided') return judged;
          return { ...judged, verdict: { ...judged.verdict, effect: 'allow' } };
        },
      }),
    },
  },
  {
    says: 'a gate that lets through without asking',
    law: 'approvalComesFirst',
    script: script(GATE, GRANTED),
    broken: eachTask(() => ({ approvalRequired: false })),
  },
  {
    says: 'a call that runs under no card',
    law: 'approvalComesFirst',
    script: script(GATE, GRANTED),
    broken: {
      activities: (real) => ({
        ...real,
        act: (input) => real.act({ ...input, call: { ...input.call, card: null } }),
      }),
    },
  },
  {
    says: 'a weighing that lets people approve their own requests',
    law: 'approvalComesFirst',
    script: script(GATE, { people: [{ at: '1m', say: 'approve', task: 'a', by: 'riley' }] }),
    broken: {
      activities: (real) => ({
        ...real,
        async weigh(input) {
          await real.weigh(input);
          return { kind: 'counts', by: input.message.by, assurance: 'V0' };
        },
      }),
    },
  },
  {
    says: 'a record that loses what is announced',
    law: 'recordTellsTheRun',
    script: script(CHAIN),
    broken: { activities: (real) => ({ ...real, record: async () => ({}) }) },
  },
  {
    says: 'an action repeated although a repeat could do harm',
    law: 'nothingIsDoneTwice',
    script: script(
      { a: { type: 'Once' } },
      {
        connectors: { a: [{ unknown: 'cut off' }, { output: {} }] },
        people: [{ at: '1h', say: 'resolve', task: 'a', result: 'completed' }],
      },
    ),
    broken: eachTask(() => ({ repeat: 'natural' })),
  },
  {
    says: 'a walk by readiness where layers were asked for',
    law: 'layersAreKept',
    script: script({ ...CHAIN, slow: {} }, { connectors: { slow: { output: {}, takes: '1m' } } }),
    broken: { plan: (plan) => ({ ...plan, walk: 'ready' }) },
  },
];

describe('controls of the laws', () => {
  test('every law has a control', () => {
    expect(new Set(CONTROLS.map(({ law }) => law))).toEqual(new Set(Object.keys(LAWS)));
  });

  test.each(CONTROLS)('$says breaks $law, and only the break does', async ({ law, script, broken }) => {
    expect(LAWS[law](script, await perform(script))).toEqual([]);
    expect(LAWS[law](script, await perform(script, broken))).not.toEqual([]);
  });
});

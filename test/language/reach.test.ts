import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { buildGraph } from '../../workflows/language/graph.ts';
import { STATUSES, type Join, type Need, type Status } from '../../workflows/language/playbook.ts';
import { createReach, type Reach, type ReachTask } from '../../workflows/language/reach.ts';
import { turnOf } from '../../workflows/walk/needs.ts';
import { isReached, type Outcome } from '../../workflows/walk/outcome.ts';

/** A task of a random graph; its needs point to earlier tasks only. */
interface Drawn extends ReachTask {
  readonly name: string;
}

const person = { by: 'ann', reason: '', assurance: 'V0' } as const;
const fault = { code: 'x', message: '' };
const verdict = { effect: 'deny', rules: [], obligations: [] } as unknown as Extract<
  Outcome,
  { status: 'denied' }
>['verdict'];

/** Every way a task that got its turn can end. */
const ENDINGS: readonly Outcome[] = [
  { status: 'completed', output: {} },
  { status: 'completed', output: {} },
  { status: 'skipped', why: 'already_done', output: {} },
  { status: 'failed', fault },
  { status: 'denied', verdict },
  { status: 'rejected', person },
  { status: 'expired' },
  { status: 'cancelled' },
  { status: 'indeterminate', fault },
  { status: 'action_required', instructions: '' },
];

const need = (earlier: number): fc.Arbitrary<Need> =>
  fc
    .record({
      task: fc.nat({ max: earlier - 1 }).map((index) => `t${String(index)}`),
      on: fc.option(fc.subarray([...STATUSES] as Status[], { minLength: 1 }), { nil: undefined, freq: 3 }),
    })
    .map(({ task, on }) => (on === undefined ? { task } : { task, on }));

const drawn = (index: number): fc.Arbitrary<Drawn> =>
  fc
    .tuple(
      index === 0
        ? fc.constant([])
        : fc.uniqueArray(need(index), { maxLength: 4, selector: ({ task }) => task }),
      fc.nat(5),
      fc.boolean(),
    )
    .map(([needs, pick, conditional]) => {
      const join: Join =
        needs.length === 0 || pick > 2 ? 'all' : pick === 0 ? 'any' : Math.min(pick, needs.length);
      return { name: `t${String(index)}`, needs, join, conditional };
    });

const graphs = fc
  .integer({ min: 2, max: 9 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => drawn(index))));

function reachOf(tasks: readonly Drawn[]): Reach {
  const built = buildGraph(new Map(tasks.map(({ name, needs }) => [name, needs.map(({ task }) => task)])));
  if (built.kind === 'faults') throw new Error('a graph whose needs point backwards has no faults');
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return createReach(
    built.graph,
    (name) => byName.get(name) ?? { needs: [], join: 'all', conditional: false },
  );
}

/** Lets every task end in some way, and calls `ran` for each that got its turn with all that ended before. */
function walk(
  tasks: readonly Drawn[],
  endings: readonly number[],
  ran: (task: string, before: ReadonlyMap<string, Outcome>) => void,
): void {
  const outcomes = new Map<string, Outcome>();
  for (const [index, task] of tasks.entries()) {
    const turn = turnOf(task, (name) => outcomes.get(name) ?? null);
    const ending = endings[index] ?? 0;
    if (turn.kind === 'block') outcomes.set(task.name, { status: 'blocked', by: turn.by });
    else if (turn.kind === 'skip') outcomes.set(task.name, { status: 'skipped', why: 'needs_skipped' });
    else {
      ran(task.name, outcomes);
      const skipped = task.conditional && ending % 2 === 0;
      outcomes.set(
        task.name,
        skipped
          ? { status: 'skipped', why: 'condition' }
          : (ENDINGS[ending % ENDINGS.length] ?? { status: 'expired' }),
      );
    }
  }
}

/** Tasks said to have an output, and without one, when a task that relies on them ran. */
function broken(
  tasks: readonly Drawn[],
  runs: readonly (readonly number[])[],
  certain: Reach['isCertain'],
): readonly string[] {
  const found: string[] = [];
  for (const endings of runs)
    walk(tasks, endings, (task, before) => {
      for (const [name, outcome] of before)
        if (certain(task, name) && !isReached(outcome)) found.push(`${task} < ${name}`);
    });
  return found;
}

const runs = fc.array(fc.array(fc.nat(99), { minLength: 9, maxLength: 9 }), { minLength: 20, maxLength: 20 });

describe('what is certain before a run holds in every run', () => {
  test('whenever a task runs, everything called certain has an output', () => {
    fc.assert(
      fc.property(graphs, runs, (tasks, endings) => {
        expect(broken(tasks, endings, reachOf(tasks).isCertain)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('control: calling every ancestor certain would be found out', () => {
    const found = fc.check(
      fc.property(
        graphs,
        runs,
        (tasks, endings) => broken(tasks, endings, reachOf(tasks).isAncestor).length === 0,
      ),
      { numRuns: 500 },
    );
    expect(found.failed).toBe(true);
  });

  test('what is certain is an ancestor, and an ancestor has always ended', () => {
    fc.assert(
      fc.property(graphs, runs, (tasks, endings) => {
        const reach = reachOf(tasks);
        for (const { name } of tasks)
          for (const other of tasks)
            if (reach.isCertain(name, other.name)) expect(reach.isAncestor(name, other.name)).toBe(true);
        for (const each of endings)
          walk(tasks, each, (task, before) => {
            for (const { name } of tasks)
              if (reach.isAncestor(task, name)) expect(before.has(name)).toBe(true);
          });
      }),
      { numRuns: 100 },
    );
  });
});

test('ancestors agree with the graph', () => {
  fc.assert(
    fc.property(graphs, (tasks) => {
      const built = buildGraph(
        new Map(tasks.map(({ name, needs }) => [name, needs.map(({ task }) => task)])),
      );
      const reach = reachOf(tasks);
      for (const { name } of tasks) {
        const said = tasks.map((other) => other.name).filter((other) => reach.isAncestor(name, other));
        const walked = built.kind === 'graph' ? [...built.graph.ancestors(name)].sort() : [];
        expect(said.sort()).toEqual(walked);
      }
    }),
  );
});

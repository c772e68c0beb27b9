import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../workflows/language/plan.ts';
import { freshState, recordOf } from '../../workflows/walk/state.ts';
import { createTurns, type Turns } from '../../workflows/walk/turns.ts';
import { plan, START, task } from './samples.ts';

/** root and side, then middle behind root, then end behind middle. */
const tasks = [
  task('root'),
  task('side'),
  task('middle', { layer: 1, needs: [{ task: 'root' }] }),
  task('end', { layer: 2, needs: [{ task: 'middle' }, { task: 'side' }] }),
];

function turnsFor(walk: Plan['walk']) {
  const given = plan(tasks, walk);
  const state = freshState(given, START);
  const turns = createTurns(given, state);
  const of = (name: string) => tasks.find((one) => one.name === name) ?? task(name);
  return {
    turns,
    start: (name: string) => turns.running(of(name)),
    stop: (name: string) => turns.stopped(of(name)),
    end(name: string) {
      turns.stopped(of(name));
      recordOf(state, name).outcome = { status: 'completed', output: {} };
      turns.settled(name);
    },
  };
}

function offered(turns: Turns): string[] {
  const names: string[] = [];
  for (let next = turns.next(); next !== null; next = turns.next()) names.push(next.name);
  return names;
}

describe('whose turn it is', () => {
  test.each(['layers', 'ready'] as const)('%s: first what needs nothing, in the order declared', (walk) => {
    const { turns } = turnsFor(walk);
    expect(offered(turns)).toEqual(['root', 'side']);
    expect(offered(turns)).toEqual([]);
  });

  test('by layers, a task waits while one of an earlier layer runs; by readiness it does not', () => {
    for (const [walk, next] of [
      ['layers', []],
      ['ready', ['middle']],
    ] as const) {
      const { turns, start, end } = turnsFor(walk);
      for (const name of offered(turns)) start(name);
      end('root');
      expect(offered(turns)).toEqual(next);
      end('side');
      expect(offered(turns)).toEqual(walk === 'layers' ? ['middle'] : []);
    }
  });

  test('a task that waits for a person holds no barrier, and holds it again when it goes on', () => {
    const { turns, start, stop, end } = turnsFor('layers');
    for (const name of offered(turns)) start(name);
    stop('side');
    end('root');
    expect(offered(turns)).toEqual(['middle']);
    start('middle');
    start('side');
    end('middle');
    expect(offered(turns)).toEqual([]);
    expect(turns.inFlight()).toBe(1);
    end('side');
    expect(offered(turns)).toEqual(['end']);
  });

  test('a task whose needs are not all settled gets no turn, in either walk', () => {
    for (const walk of ['layers', 'ready'] as const) {
      const { turns, start, end } = turnsFor(walk);
      for (const name of offered(turns)) start(name);
      end('root');
      for (const name of offered(turns)) start(name);
      end('side');
      for (const name of offered(turns)) start(name);
      expect(turns.inFlight()).toBe(1);
      end('middle');
      expect(offered(turns)).toEqual(['end']);
    }
  });

  test('the rest is handed out once, whatever it needs, and nothing is offered after it', () => {
    const { turns, start } = turnsFor('ready');
    for (const name of offered(turns)) start(name);
    expect(turns.takeRest().map(({ name }) => name)).toEqual(['middle', 'end']);
    expect(turns.takeRest()).toEqual([]);
    expect(offered(turns)).toEqual([]);
  });

  test('a settled task leaves what it released where it was already handed out', () => {
    const { turns, start, end } = turnsFor('ready');
    for (const name of offered(turns)) start(name);
    turns.takeRest();
    end('root');
    end('side');
    expect(offered(turns)).toEqual([]);
  });

  test('no more than five hundred run at once: the server refuses two thousand', () => {
    const wide = plan(Array.from({ length: 700 }, (_, n) => task(`t${n}`)));
    const turns = createTurns(wide, freshState(wide, START));
    let first = 0;
    for (let next = turns.next(); next !== null; next = turns.next()) {
      turns.running(next);
      first += 1;
    }
    expect(first).toBe(500);
    turns.stopped(task('t0'));
    expect(turns.next()?.name).toBe('t500');
  });

  test('a continued run offers neither what has ended nor what waits', () => {
    const given = plan(tasks, 'layers');
    const state = freshState(given, START);
    recordOf(state, 'root').outcome = { status: 'completed', output: {} };
    recordOf(state, 'side').phase = 'waiting';
    expect(offered(createTurns(given, state))).toEqual(['middle']);
  });
});

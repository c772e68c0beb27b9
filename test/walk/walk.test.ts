import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../client/rehearsal/differences.ts';
import type { Plan, PlannedTask } from '../../workflows/language/plan.ts';
import type { Heard, Ports } from '../../workflows/ports.ts';
import { freshState, type RunState } from '../../workflows/walk/state.ts';
import { createWalk } from '../../workflows/walk/walk.ts';
import { TYPES } from './random-playbooks.ts';
import { agreeableWorld, approve, plan, RUN, START, task, walked } from './samples.ts';
import { perform, scriptOf } from './staging.ts';

const need = (name: string) => ({ task: name });

describe('a run that must continue as a new one', () => {
  const tasks: readonly PlannedTask[] = [
    task('first'),
    task('risky', { approvalRequired: true, repeat: 'none' }),
    task('next', { layer: 1, needs: [need('first')] }),
    task('last', { layer: 2, needs: [need('risky'), need('next')] }),
  ];
  const given = plan(tasks);

  /** Due once a connector was called; nobody speaks before. */
  function interrupted() {
    let due = false;
    let tell: (heard: Heard) => void = () => {};
    const suspended = new Promise<Heard>((resolve) => (tell = resolve));
    const world = agreeableWorld({ hear: () => suspended, suspendDue: () => due });
    const act: Ports['act'] = async (call, facts) => {
      const result = await world.ports.act(call, facts);
      due = true;
      tell({ kind: 'suspend' });
      return result;
    };
    return { world, ports: { ...world.ports, act } };
  }

  test('leaves its place, and the next one completes from it without repeating a call', async () => {
    const { world, ports } = interrupted();
    const { end, state } = await walked(given, ports);
    expect(end).toBe('suspended');
    expect(world.calls.map(({ question }) => question.task)).toEqual(['first']);
    expect(state.tasks['risky']).toMatchObject({ phase: 'waiting', waiting: { kind: 'approval' } });

    const carried = JSON.parse(JSON.stringify(state)) as RunState;
    expect(carried).toEqual(state);
    let spoken = false;
    const digest = '1'.padStart(64, '0');
    const next = agreeableWorld({
      async hear() {
        if (spoken) return { kind: 'time' };
        spoken = true;
        return { kind: 'message', message: approve('sam', digest), reply: () => {} };
      },
    });
    const continued = await walked(given, next.ports, carried);
    expect(continued.end).toBe('done');
    expect(Object.values(carried.tasks).map(({ outcome }) => outcome?.status)).toEqual(
      Array.from({ length: 4 }, () => 'completed'),
    );
    expect(next.calls.map(({ question }) => question.task).sort()).toEqual(['last', 'next', 'risky']);
    expect(next.cards).toEqual([]);
    expect(next.calls.find(({ question }) => question.task === 'risky')?.card).toBe(digest);
  });

  test('opens its record once and closes it once; the continued run says that it goes on', async () => {
    const { world, ports } = interrupted();
    const { state } = await walked(given, ports);
    const next = agreeableWorld();
    await walked(given, next.ports, JSON.parse(JSON.stringify(state)) as RunState);
    const lines = [...world.facts, ...next.facts].map(lineOf);
    for (const once of ['playbook_started', 'dag_validated', 'task_created risky', 'playbook_completed'])
      expect([once, lines.filter((line) => line === once).length]).toEqual([once, 1]);
    expect(next.facts.map(lineOf)[0]).toBe('run_continued');
    const identities = [...world.facts, ...next.facts].map(
      ({ coordinate, details }) => `${coordinate} ${JSON.stringify(details)}`,
    );
    expect(new Set(identities).size).toBe(identities.length);
  });

  test('has everything in the record before it leaves, words that were refused as well', async () => {
    let heard = 0;
    const world = agreeableWorld({
      suspendDue: () => heard > 1,
      async hear() {
        heard += 1;
        if (heard > 1) return { kind: 'suspend' };
        return { kind: 'message', message: approve('sam', 'f'.repeat(64)), reply: () => {} };
      },
    });
    const { end } = await walked(plan([task('risky', { approvalRequired: true })]), world.ports);
    expect(end).toBe('suspended');
    expect(world.facts.map(lineOf)).toContain('vote_refused risky');
  });

  test('does not leave when nothing is left to do', async () => {
    const world = agreeableWorld({ suspendDue: () => false });
    let over = false;
    const ports: Ports = {
      ...world.ports,
      suspendDue: () => over,
      async act(call, facts) {
        over = true;
        return world.ports.act(call, facts);
      },
    };
    expect((await walked(plan([task('only')]), ports)).end).toBe('done');
  });
});

describe('a run that is cancelled', () => {
  test('starts nothing more, and tells of no layer that it never came to', async () => {
    let cancelled = false;
    const world = agreeableWorld({ cancelled: () => cancelled });
    const ports: Ports = {
      ...world.ports,
      async act(call, facts) {
        cancelled = true;
        return world.ports.act(call, facts);
      },
    };
    const chain = plan([
      task('a'),
      task('b', { layer: 1, needs: [need('a')] }),
      task('c', { layer: 2, needs: [need('b')] }),
    ]);
    const { state } = await walked(chain, ports);
    expect(Object.values(state.tasks).map(({ outcome }) => outcome?.status)).toEqual([
      'completed',
      'cancelled',
      'cancelled',
    ]);
    const lines = world.facts.map(lineOf);
    expect(lines.filter((line) => line.startsWith('layer_'))).toEqual(['layer_started', 'layer_completed']);
    expect(lines.slice(-4)).toEqual([
      'task_cancelled b',
      'task_cancelled c',
      'run_cancelled',
      'playbook_completed',
    ]);
  });

  test('does not call for a task that was being judged when it was cancelled', async () => {
    let cancelled = false;
    const world = agreeableWorld({ cancelled: () => cancelled });
    const ports: Ports = {
      ...world.ports,
      async judge(question, facts) {
        cancelled = true;
        return world.ports.judge(question, facts);
      },
    };
    const { state } = await walked(plan([task('a')]), ports);
    expect([state.tasks['a']?.outcome, world.calls]).toEqual([{ status: 'cancelled' }, []]);
  });
});

describe('a run that is cancelled while facts are on their way', () => {
  test('makes no call once they have arrived, and leaves nothing in doubt', async () => {
    let cancelled = false;
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const world = agreeableWorld({ cancelled: () => cancelled });
    const given = plan([task('a')]);
    const state = freshState(given, START);
    const ports: Ports = {
      ...world.ports,
      async judge(question, facts) {
        walk.ignored({ kind: 'launch', code: 'unknown_signal', task: null });
        await new Promise(setImmediate);
        return world.ports.judge(question, facts);
      },
      async record(facts) {
        await arrived;
        return world.ports.record(facts);
      },
    };
    const walk = createWalk({ plan: given, run: RUN, context: {}, ports, state });
    const over = walk.run();
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    cancelled = true;
    arrive();
    await over;
    expect([state.tasks['a']?.outcome, world.calls]).toEqual([{ status: 'cancelled' }, []]);
    expect(world.facts.map(lineOf)).toContain('task_started a');
  });
});

describe('a run that is cancelled while it hands over to the next', () => {
  const risky = task('risky', { approvalRequired: true });
  const given = plan([risky, task('next', { layer: 1, needs: [need('risky')] })]);
  const byHand = { kind: 'action_required', instructions: 'enrol', onceDone: {}, attempts: 1 } as const;

  /** Due to continue at once. The cancellation comes with the first facts sent after `strands` have left. */
  function cancelledAfterLeaving(strands: number, others: Partial<Ports> = {}) {
    const heard: string[] = [];
    const cancelled = (): boolean => over;
    let over = false;
    const world = agreeableWorld({
      suspendDue: () => true,
      cancelled,
      async hear() {
        const kind = cancelled() ? 'cancelled' : 'suspend';
        heard.push(kind);
        return { kind };
      },
      async record(facts) {
        world.facts.push(...facts);
        if (heard.length === strands) over = true;
      },
      ...others,
    });
    return { world, heard };
  }

  /** What is carried into such a run: tasks that wait for a person. */
  async function waiting(of: Plan, others: Partial<Ports> = {}): Promise<RunState> {
    let asked = 0;
    const world = agreeableWorld({
      suspendDue: () => asked > 0,
      async hear() {
        asked += 1;
        return { kind: 'suspend' };
      },
      ...others,
    });
    const { end, state } = await walked(of, world.ports);
    expect(end).toBe('suspended');
    return JSON.parse(JSON.stringify(state)) as RunState;
  }

  test('does not continue: who had left hears of it, and the run ends as cancelled', async () => {
    const { world, heard } = cancelledAfterLeaving(1);
    const { end, state } = await walked(given, world.ports, await waiting(given));
    expect([end, heard]).toEqual(['done', ['suspend', 'cancelled']]);
    expect(Object.values(state.tasks).map(({ outcome }) => outcome)).toEqual([
      { status: 'cancelled' },
      { status: 'cancelled' },
    ]);
    const lines = world.facts.map(lineOf);
    expect(lines.slice(-2)).toEqual(['run_cancelled', 'playbook_completed']);
    expect(lines.filter((line) => line === 'task_cancelled risky')).toEqual(['task_cancelled risky']);
    expect(world.calls).toEqual([]);
  });

  test('gives back the key of a last step that nobody will confirm any more', async () => {
    const step = plan([task('enrol')]);
    const state = await waiting(step, { act: async () => byHand });
    const settled: unknown[] = [];
    const { world, heard } = cancelledAfterLeaving(1, {
      async settle(_call, one, facts) {
        world.facts.push(...facts);
        settled.push(one);
      },
    });
    expect((await walked(step, world.ports, state)).end).toBe('done');
    expect([heard, settled]).toEqual([['suspend', 'cancelled'], [{ kind: 'failed' }]]);
    expect(state.tasks['enrol']?.outcome).toEqual({ status: 'cancelled' });
  });

  test('while one task is still at work is cancelled as well, with the real activities', async () => {
    const script = scriptOf({
      playbook: {
        id: 'leaving',
        tasks: {
          asks: { type: 'Once', inputs: { x: 'a' }, approval_required: true },
          works: { type: 'Safe', inputs: { x: 'b' } },
          later: { type: 'Safe', needs: ['asks', 'works'], inputs: { x: 'c' } },
        },
      },
      types: TYPES,
      connectors: { works: { output: { y: 'made' }, takes: '40s' } },
      cancel_at: '20s',
    });
    const { report, continued, facts } = await perform(script, { suspendAt: ['10s'] });
    expect([report.status, continued]).toEqual(['cancelled', 0]);
    expect([report.tasks['asks']?.status, report.tasks['later']?.status]).toEqual(['cancelled', 'cancelled']);
    expect(facts.map(lineOf).slice(-2)).toEqual(['run_cancelled', 'playbook_completed']);
  });
});

describe('what the walk may not survive', () => {
  test.each(['judge', 'act', 'record'] as const)(
    'a port that breaks (%s) breaks the run, and no end is made up',
    async (port) => {
      const world = agreeableWorld({ [port]: () => Promise.reject(new Error(`${port} is gone`)) });
      const given = plan([task('a'), task('b', { layer: 1, needs: [need('a')] })]);
      await expect(walked(given, world.ports)).rejects.toThrow(`${port} is gone`);
      const lines = world.facts.map(lineOf);
      expect(lines).not.toContain('playbook_completed');
      if (port !== 'record') expect([world.calls, lines.includes('task_completed a')]).toEqual([[], false]);
    },
  );
});

describe('a message that cannot be used', () => {
  test('is in the record although nothing else happens', async () => {
    const world = agreeableWorld({
      async hear() {
        await new Promise(setImmediate);
        return { kind: 'time' };
      },
    });
    const given = plan([task('risky', { approvalRequired: true })]);
    const walk = createWalk({
      plan: given,
      run: RUN,
      context: {},
      ports: world.ports,
      state: freshState(given, START),
    });
    const over = walk.run();
    walk.ignored({ kind: 'launch', code: 'unknown_signal', task: null });
    await over;
    const ignored = world.facts.find(({ event }) => event === 'message_ignored');
    expect(ignored).toMatchObject({ task: null, details: { kind: 'launch', code: 'unknown_signal' } });
  });
});

/** Processor time, not the clock's: other work on the machine must not decide. In milliseconds. */
function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** About ten times what it takes on a machine of two cores. */
const IN_TIME_MS = 10_000;

describe('size', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => `t${n}`);

  async function timed(tasks: readonly PlannedTask[], walk: 'layers' | 'ready') {
    const world = agreeableWorld();
    const started = process.cpuUsage();
    const { state } = await walked(plan(tasks, walk), world.ports);
    const ms = processorMs(started);
    const done = Object.values(state.tasks).filter(({ outcome }) => outcome?.status === 'completed');
    return { ms, done: done.length, calls: world.calls.length };
  }

  test.each(['layers', 'ready'] as const)(
    'a chain of 10,000 tasks is walked in time (%s)',
    async (walk) => {
      const chain = many.map((name, n) =>
        task(name, n === 0 ? {} : { layer: n, needs: [need(`t${n - 1}`)] }),
      );
      const { ms, done, calls } = await timed(chain, walk);
      expect([done, calls]).toEqual([10_000, 10_000]);
      expect(ms).toBeLessThan(IN_TIME_MS);
    },
    120_000,
  );

  test.each(['layers', 'ready'] as const)(
    'a layer of 10,000 tasks between two joints is walked in time (%s)',
    async (walk) => {
      const wide = [
        task('top'),
        ...many.map((name) => task(name, { layer: 1, needs: [need('top')] })),
        task('end', { layer: 2, needs: many.map(need) }),
      ];
      const { ms, done, calls } = await timed(wide, walk);
      expect([done, calls]).toEqual([10_002, 10_002]);
      expect(ms).toBeLessThan(IN_TIME_MS);
    },
    120_000,
  );

  test('a run of 10,000 tasks that is cancelled ends in time', async () => {
    let calls = 0;
    const world = agreeableWorld({ cancelled: () => calls > 100 });
    const ports: Ports = {
      ...world.ports,
      act(call, facts) {
        calls += 1;
        return world.ports.act(call, facts);
      },
    };
    const started = process.cpuUsage();
    const { state } = await walked(plan(many.map((name) => task(name))), ports);
    expect(processorMs(started)).toBeLessThan(IN_TIME_MS);
    expect(Object.values(state.tasks).every(({ outcome }) => outcome !== null)).toBe(true);
  }, 120_000);
});

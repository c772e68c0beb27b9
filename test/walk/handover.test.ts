import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../client/rehearsal/differences.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Message, Ports, Reply, Result, Settled } from '../../workflows/ports.ts';
import { pollDelay } from '../../workflows/walk/handover.ts';
import { agreeableWorld, approve, plan, START, task, voices, walked } from './samples.ts';

const HOUR = 3_600_000;
const only = plan([task('risky')]);

const byHand: Result = {
  kind: 'action_required',
  instructions: 'enrol a second factor',
  onceDone: { enrolled: true },
  attempts: 1,
};
const lost: Result = {
  kind: 'indeterminate',
  fault: { code: 'cut', message: 'the line broke' },
  attempts: 3,
};
const word = { task: 'risky', by: 'sam', reason: 'saw it' };
const confirm: Message = { kind: 'confirm', ...word };
const resolve = (result: 'completed' | 'failed', output: JsonObject = {}): Message => ({
  kind: 'resolve',
  ...word,
  result,
  output,
});

async function hand(result: Result, said: Parameters<typeof voices>[0], given: Partial<Ports> = {}) {
  const { hear } = voices(said);
  const settled: Settled[] = [];
  const world = agreeableWorld({
    hear,
    async act(_call, facts) {
      world.facts.push(...facts);
      return result;
    },
    async settle(_call, one, facts) {
      world.facts.push(...facts);
      settled.push(one);
    },
    ...given,
  });
  const { state } = await walked(only, world.ports);
  return { risky: state.tasks['risky'], settled, lines: world.facts.map(lineOf) };
}

/** These words, then nothing: the clock stands at the end of every wait. */
function silence(...words: Message[]) {
  let now = START;
  const waits: number[] = [];
  const replies: Reply[] = [];
  const given: Partial<Ports> = {
    now: () => now,
    async hear(_task, until) {
      const message = words.shift();
      if (message !== undefined) return { kind: 'message', message, reply: (one) => void replies.push(one) };
      waits.push(until - now);
      now = until;
      return { kind: 'time' };
    },
  };
  return { given, waits, replies };
}

describe('a step that is a person’s to do', () => {
  test('is completed on their word, with the output the connector promised for it', async () => {
    const { risky, settled, lines } = await hand(byHand, [confirm]);
    expect(risky?.outcome).toMatchObject({
      status: 'completed',
      output: { enrolled: true },
      settledBy: { by: 'sam', reason: 'saw it', assurance: 'V0' },
    });
    expect(settled).toEqual([{ kind: 'completed', output: { enrolled: true } }]);
    expect(lines.slice(-5)).toEqual([
      'task_action_required risky',
      'task_confirmed risky',
      'task_completed risky',
      'layer_completed',
      'playbook_completed',
    ]);
  });

  test('is completed by what a poll found, which names nobody', async () => {
    let polls = 0;
    const check: Ports['check'] = async () => ((polls += 1) === 3 ? { enrolled: true, method: 'app' } : null);
    const { risky, settled } = await hand(byHand, [], { ...silence().given, check });
    expect(risky?.outcome).toEqual({ status: 'completed', output: { enrolled: true, method: 'app' } });
    expect([polls, settled.length]).toEqual([3, 1]);
  });

  test('stays open as such when nobody does it, and its key is free for another run', async () => {
    const { given, waits } = silence();
    const { risky, settled } = await hand(byHand, [], given);
    expect(risky?.outcome).toEqual({ status: 'action_required', instructions: 'enrol a second factor' });
    expect(settled).toEqual([{ kind: 'failed' }]);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(HOUR);
  });

  test.each([approve('sam', 'a'.repeat(64)), resolve('completed')])('is not done by %j', async (message) => {
    const { given, replies } = silence(message);
    const { risky } = await hand(byHand, [], given);
    expect(risky?.outcome?.status).toBe('action_required');
    expect(replies).toMatchObject([{ counted: false, code: 'not_a_confirmation' }]);
  });

  test('is left alone by a cancelled run, which frees its key', async () => {
    const { risky, settled } = await hand(byHand, ['cancelled']);
    expect(risky?.outcome).toEqual({ status: 'cancelled' });
    expect(settled).toEqual([{ kind: 'failed' }]);
  });
});

describe('how often a step is polled', () => {
  test('each wait is half as long again, up to five minutes', () => {
    expect([0, 1, 2, 3].map((polls) => pollDelay(polls, 15_000))).toEqual([15_000, 22_500, 33_750, 50_625]);
    expect(pollDelay(8, 15_000)).toBe(300_000);
    expect(pollDelay(1_000_000, 15_000)).toBe(300_000);
  });

  test('a day of waiting costs about three hundred polls', () => {
    let [waited, polls] = [0, 0];
    while (waited < 24 * HOUR) waited += pollDelay(polls++, 15_000);
    expect(polls).toBeGreaterThan(280);
    expect(polls).toBeLessThan(310);
  });

  test('the first wait is the one asked for at the start of the run', async () => {
    const { given, waits } = silence();
    await hand(byHand, [], { ...given, pollMs: () => 1000 });
    expect(waits.slice(0, 3)).toEqual([1000, 1500, 2250]);
  });
});

describe('a call whose fate is open', () => {
  test('is completed with the output a person found at the provider', async () => {
    const { risky, settled, lines } = await hand(lost, [resolve('completed', { deleted: 2 })]);
    expect(risky?.outcome).toMatchObject({
      status: 'completed',
      output: { deleted: 2 },
      settledBy: { by: 'sam' },
    });
    expect(risky?.attempts).toBe(3);
    expect(settled).toEqual([{ kind: 'completed', output: { deleted: 2 } }]);
    expect(lines).toContain('task_resolved risky');
  });

  test('is failed, and its key freed, when a person says that nothing was done', async () => {
    const { risky, settled } = await hand(lost, [resolve('failed')]);
    expect(risky?.outcome).toMatchObject({
      status: 'failed',
      fault: { code: 'cut' },
      settledBy: { by: 'sam' },
    });
    expect(settled).toEqual([{ kind: 'failed' }]);
  });

  test.each(['time', 'cancelled'] as const)(
    'stays open on %s, and its key stays taken: nothing may try it again',
    async (end) => {
      const { risky, settled } = await hand(lost, [end]);
      expect(risky?.outcome).toEqual({
        status: 'indeterminate',
        fault: { code: 'cut', message: 'the line broke' },
      });
      expect(settled).toEqual([]);
    },
  );

  test.each([confirm, approve('sam', 'a'.repeat(64))])('is not settled by %j', async (message) => {
    const { given, replies } = silence(message);
    const { risky } = await hand(lost, [], given);
    expect(risky?.outcome?.status).toBe('indeterminate');
    expect(replies).toMatchObject([{ counted: false, code: 'not_a_settlement' }]);
  });
});

/**
 * The bug these would catch: something happens although the fact it follows from was never stored, or two
 * facts swap places because two calls did. The test settles every call by hand, in any order.
 */
import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../client/rehearsal/differences.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { createRecorder } from '../../workflows/walk/recorder.ts';

/** A call under way: what it took along, and how it ends. */
interface Sent {
  readonly facts: readonly StampedFact[];
  readonly lines: readonly string[];
  succeed(): void;
  fail(error: Error): void;
}

function stage(recurred: { [coordinate: string]: number } = {}) {
  let time = 1000;
  const recorder = createRecorder(() => (time += 1), recurred);
  const sent: { [call: string]: Sent } = {};
  const send = (call: string) => (facts: readonly StampedFact[]) =>
    new Promise<string>((resolve, reject) => {
      sent[call] = { facts, lines: facts.map(lineOf), succeed: () => resolve(call), fail: reject };
    });
  return {
    recorder,
    sent,
    carry: (task: string | null, call: string) => recorder.carry(task, send(call)),
    carryOwn: (task: string, call: string) => recorder.carryOwn(task, send(call)),
  };
}

/** Lets every promise that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('R1: a coordinate says what a fact is, never how many came before', () => {
  test('the order in which facts are noted leaves their coordinates alone', async () => {
    const coordinates = async (tasks: readonly string[]): Promise<string[]> => {
      const { recorder, carry, sent } = stage();
      for (const task of tasks) recorder.announce(task, 'task_completed', {});
      void carry(null, 'record');
      await settle();
      return (sent['record']?.facts ?? []).map(({ coordinate }) => coordinate).sort();
    };
    expect(await coordinates(['a', 'b'])).toEqual(['task_completed/a', 'task_completed/b']);
    expect(await coordinates(['b', 'a'])).toEqual(await coordinates(['a', 'b']));
  });

  test('a fact that may recur is counted by task and event, and a continued run goes on counting', async () => {
    const carried: { [coordinate: string]: number } = {};
    const first = stage(carried);
    first.recorder.announce('a', 'vote_refused', {});
    first.recorder.announce('b', 'vote_refused', {});
    first.recorder.announce('a', 'vote_refused', {});
    void first.carry(null, 'record');
    await settle();
    const coordinates = first.sent['record']?.facts.map(({ coordinate }) => coordinate);
    expect(coordinates).toEqual(['vote_refused/a/1', 'vote_refused/b/1', 'vote_refused/a/2']);

    const next = stage(JSON.parse(JSON.stringify(carried)) as typeof carried);
    next.recorder.announce('a', 'vote_refused', {});
    void next.carry(null, 'record');
    await settle();
    expect(next.sent['record']?.facts[0]?.coordinate).toBe('vote_refused/a/3');
  });

  test('facts bear the time at which they happened, not that of the call that carries them', async () => {
    const { recorder, carry, sent } = stage();
    recorder.note('a', 'task_started', {});
    recorder.note('a', 'task_approved', {});
    void carry('a', 'judge');
    await settle();
    expect(sent['judge']?.facts.map(({ at }) => at)).toEqual([1001, 1002]);
  });
});

describe('R2: facts of one task travel in order, with its own next call', () => {
  test('another task’s call leaves them where they are', async () => {
    const { recorder, carry, sent } = stage();
    recorder.note('a', 'task_approved', {});
    void carry('b', 'judge b');
    await settle();
    expect(sent['judge b']?.lines).toEqual([]);
    recorder.note('a', 'task_started', {});
    void carry('a', 'judge a');
    await settle();
    expect(sent['judge a']?.lines).toEqual(['task_approved a', 'task_started a']);
  });

  test('what ends a task goes behind all that was noted of it', async () => {
    const { recorder, carry, sent } = stage();
    recorder.note('a', 'key_conflict', {});
    recorder.announce('a', 'task_failed', {});
    void carry('b', 'judge b');
    await settle();
    expect(sent['judge b']?.lines).toEqual(['key_conflict a', 'task_failed a']);
  });

  test('a call for the run as a whole leaves nothing behind, so a run may end or continue after it', async () => {
    const { recorder, carry, sent } = stage();
    recorder.note('a', 'vote_refused', {});
    recorder.note('b', 'vote_counted', {});
    recorder.announce(null, 'run_cancelled', {});
    void carry(null, 'record');
    await settle();
    expect(sent['record']?.lines).toEqual(['run_cancelled', 'vote_refused a', 'vote_counted b']);
    void carry('a', 'judge a');
    sent['record']?.succeed();
    await settle();
    expect(sent['judge a']?.lines).toEqual([]);
  });
});

describe('R3: facts of the run travel in order, and what could depend on them waits', () => {
  test('a call starts only when the facts announced before it are durable', async () => {
    const { recorder, carry, carryOwn, sent } = stage();
    recorder.announce('a', 'task_completed', {});
    void carry('b', 'judge b');
    recorder.note('c', 'task_started', {});
    void carryOwn('c', 'act c');
    void carry('d', 'judge d');
    await settle();
    expect(Object.keys(sent)).toEqual(['judge b']);
    sent['judge b']?.succeed();
    await settle();
    expect(Object.keys(sent)).toEqual(['judge b', 'act c', 'judge d']);
  });

  test('two calls with facts of the run keep their order, however long the first one takes', async () => {
    const { recorder, carry, sent } = stage();
    recorder.announce('a', 'task_completed', {});
    void carry('b', 'first');
    recorder.announce('b', 'task_failed', {});
    void carry('c', 'second');
    await settle();
    expect(Object.keys(sent)).toEqual(['first']);
    sent['first']?.succeed();
    await settle();
    expect(sent['second']?.lines).toEqual(['task_failed b']);
  });

  test('each fact travels once', async () => {
    const { recorder, carry, sent } = stage();
    recorder.announce(null, 'playbook_started', {});
    expect(recorder.holds()).toBe(true);
    void carry('a', 'first');
    expect(recorder.holds()).toBe(false);
    void carry('b', 'second');
    await settle();
    sent['first']?.succeed();
    await settle();
    expect([sent['first']?.lines, sent['second']?.lines]).toEqual([['playbook_started'], []]);
  });

  test('when facts of the run cannot be stored, nothing that follows from them is sent', async () => {
    const { recorder, carry, carryOwn, sent } = stage();
    recorder.announce('a', 'task_completed', {});
    const first = carry('b', 'judge b');
    const follower = carryOwn('c', 'act c');
    await settle();
    sent['judge b']?.fail(new Error('the store is gone'));
    await expect(first).rejects.toThrow('the store is gone');
    await expect(follower).rejects.toThrow('the store is gone');
    expect(Object.keys(sent)).toEqual(['judge b']);
  });
});

describe('R4: nobody waits for the end of a long call', () => {
  test('while a connector works, other tasks are judged and recorded', async () => {
    const { recorder, carry, carryOwn, sent } = stage();
    recorder.note('a', 'task_started', {});
    void carryOwn('a', 'act a');
    recorder.announce('b', 'task_completed', {});
    const judged = carry('c', 'judge c');
    await settle();
    expect(Object.keys(sent)).toEqual(['act a', 'judge c']);
    sent['judge c']?.succeed();
    expect(await judged).toBe('judge c');
  });

  test('it carries its own task’s facts only, and leaves those of the run to a short call', async () => {
    const { recorder, carryOwn, sent } = stage();
    recorder.announce(null, 'layer_started', {});
    recorder.note('a', 'task_started', {});
    recorder.note('b', 'task_started', {});
    void carryOwn('a', 'act a');
    await settle();
    expect(sent['act a']?.lines).toEqual(['task_started a']);
    expect(recorder.holds()).toBe(true);
  });
});

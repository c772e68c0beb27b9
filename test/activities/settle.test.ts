import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { createCheck } from '../../activities/check.ts';
import { createSettle } from '../../activities/settle.ts';
import { claimKey } from '../../activities/keys.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { Settled } from '../../workflows/ports.ts';
import {
  callFor,
  eventsIn,
  noted,
  OTHER_RUN,
  question,
  RUN,
  START,
  worldOf,
  type Given,
  type Perform,
} from './samples.ts';

const fault = { code: 'cut', message: 'the line broke' };
const lost: Perform = async () => ({ kind: 'unknown', fault });
const once = callFor(question({ repeat: 'none' }));
const completed: Settled = { kind: 'completed', output: { removed: ['by hand'] } };

/** A task whose call left its fate open. */
async function opened() {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const { world } = worldOf(ledger, { perform: lost });
  await createAct(world)({ run: RUN, facts: [], call: once, at: START });
  const settle = (settled: Settled, run = RUN) =>
    createSettle(world)({ run, facts: [noted('task_resolved')], call: once, settled, at: START });
  return { ledger, settle, claim: () => ledger.lookup(claimKey(once.question, RUN)) };
}

describe('a call whose fate was settled', () => {
  test('as made keeps what it gave under the key, so no run makes it again', async () => {
    const { settle, claim, ledger } = await opened();
    await settle(completed);
    expect(await claim()).toMatchObject({ state: 'done', output: { removed: ['by hand'] } });
    const { world, calls } = worldOf(ledger);
    const other = await createAct(world)({ run: OTHER_RUN, facts: [], call: once, at: START });
    expect([other, calls]).toMatchObject([{ kind: 'already_done', output: { removed: ['by hand'] } }, []]);
  });

  test('as not made frees the key', async () => {
    const { settle, claim } = await opened();
    await settle({ kind: 'failed' });
    expect(await claim()).toBeNull();
  });

  test('twice with the same word is settled once; with another word it is refused', async () => {
    const { settle, ledger } = await opened();
    await settle(completed);
    await settle(completed);
    expect((await eventsIn(ledger)).filter((event) => event === 'task_resolved')).toHaveLength(1);
    const otherwise: Settled = { kind: 'completed', output: { removed: [] } };
    await expect(settle(otherwise)).rejects.toThrow("no longer this run's to settle");
  });

  test('by a run that does not hold the key is refused', async () => {
    const { settle, claim } = await opened();
    await expect(settle(completed, OTHER_RUN)).rejects.toThrow("no longer this run's to settle");
    expect(await claim()).toMatchObject({ state: 'indeterminate' });
  });
});

describe('asking whether a person has done their step', () => {
  async function check(given: Given) {
    const ledger = createMemoryLedger({ log: 'test', now: () => START });
    const { world } = worldOf(ledger, given);
    const answer = await createCheck(world)({ run: RUN, call: callFor() });
    return { answer, events: await eventsIn(ledger), size: (await ledger.head()).size };
  }

  test('gives what the provider says, and leaves nothing in the record', async () => {
    const { answer, size } = await check({ like: { check: async () => ({ enrolled: true }) } });
    expect([answer, size]).toEqual([{ enrolled: true }, 0]);
  });

  test.each([
    ['cannot be asked', {}],
    ['says not yet', { check: async () => null }],
    ['breaks off', { check: () => Promise.reject(new Error('timeout')) }],
  ])('learns nothing where the action %s', async (_, like) => {
    expect((await check({ like })).answer).toBeNull();
  });
});

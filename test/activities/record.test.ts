import { describe, expect, test } from '@jest/globals';
import { createRecord, demandRecorded } from '../../activities/record.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { entriesOf, eventsIn, noted, RUN, START, worldOf } from './samples.ts';

function recording() {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const record = createRecord(worldOf(ledger).world);
  return { ledger, record: (facts: readonly StampedFact[]) => record({ run: RUN, facts }) };
}

describe('recording facts', () => {
  test('keeps them in order, in one go, and nothing where there are none', async () => {
    const { ledger, record } = recording();
    await record([]);
    await record([noted('task_started'), noted('task_completed')]);
    expect(await eventsIn(ledger)).toEqual(['task_started', 'task_completed']);
  });

  test('again adds nothing, even at a later time: a step that Temporal runs again is the same step', async () => {
    const { ledger, record } = recording();
    await record([noted()]);
    await record([{ ...noted(), at: START + 60_000 }]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });

  test('keeps both when a step that ran again learnt something else', async () => {
    const { ledger, record } = recording();
    await record([{ ...noted(), details: { attempt: 1 } }]);
    await record([{ ...noted(), details: { attempt: 2 } }]);
    expect((await entriesOf(ledger)).map(({ details }) => details)).toEqual([{ attempt: 1 }, { attempt: 2 }]);
  });

  test('is not stopped by half a character in what a stranger said', async () => {
    const { ledger, record } = recording();
    await record([{ ...noted('vote_refused'), details: { by: '\ud83d', reason: 'x\udc00y' } }]);
    expect((await entriesOf(ledger))[0]?.details).toEqual({ by: '\ufffd', reason: 'x\ufffdy' });
  });

  test('that was refused must not be acted on', () => {
    const receipt = { id: 'e1', index: 0, leaf: '0'.repeat(64) };
    expect(() => demandRecorded([{ ...receipt, kind: 'recorded' }])).not.toThrow();
    expect(() => demandRecorded([{ ...receipt, kind: 'conflict' }])).toThrow('something else under event e1');
  });
});

/** What activities leave in Temporal's history: for each entry they made, where it stands and which bytes it has. */
import { describe, expect, test } from '@jest/globals';
import { createActivities } from '../../activities/index.ts';
import { createMemoryLedger, nodeCodec } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { TryAgain } from '../../activities/try-again.ts';
import type { Activities } from '../../workflows/activities.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { readReceipt, receiptText, withoutReceipts, type Witnessed } from '../../workflows/audit/receipt.ts';
import { callFor, cardBody, noted, question, RUN, START, worldOf, type Perform } from './samples.ts';

const input = { run: RUN, facts: [noted()] };
const call = callFor();
const settled = { kind: 'failed' } as const;

const CALLS: { readonly [name: string]: (activities: Activities) => Promise<Witnessed> } = {
  record: (activities) => activities.record(input),
  judge: (activities) => activities.judge({ ...input, question: question(), at: START }),
  ask: (activities) => activities.ask({ ...input, body: cardBody() }),
  act: (activities) => activities.act({ ...input, call, at: START }),
  settle: (activities) => activities.settle({ ...input, call, settled, at: START }),
  weigh: (activities) =>
    activities.weigh({
      ...input,
      message: { kind: 'confirm', task: 'clean', by: 'sam', reason: 'seen' },
      card: null,
      at: START,
    }),
  plan: (activities) =>
    activities.plan({ ...RUN, runId: RUN.chain, input: { case_id: '' }, digest: null, at: START }),
};

async function receiptsIn(ledger: Ledger): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { index, bytes } of ledger.read(0, Infinity)) {
    const reading = readEntry(bytes, nodeCodec);
    if (reading.kind === 'malformed') throw new Error(reading.reason);
    texts.push(receiptText({ index, id: reading.entry.id, leaf: hex(leafHash(bytes, nodeCodec.sha256)) }));
  }
  return texts;
}

const opened = (): Ledger => createMemoryLedger({ log: 'test', now: () => START });

describe('receipts', () => {
  test.each(Object.keys(CALLS))('%s leaves one for each entry it made, in order', async (name) => {
    const ledger = opened();
    const { receipts } = (await CALLS[name]?.(createActivities(worldOf(ledger).world))) ?? {};
    expect(receipts?.length).toBeGreaterThan(0);
    expect(receipts).toEqual(await receiptsIn(ledger));
  });

  test('of a step that is run again are the old ones: the entries are the same', async () => {
    const ledger = opened();
    const { record } = createActivities(worldOf(ledger).world);
    expect(await record(input)).toEqual(await record(input));
  });

  test('of a call that is tried again tell of the attempt that came to an end', async () => {
    const ledger = opened();
    let tries = 0;
    const perform: Perform = async () =>
      (tries += 1) === 1
        ? { kind: 'try_again', because: 'unavailable', fault: { code: 'busy', message: 'busy' } }
        : { kind: 'done', output: { removed: [] } };
    const { act } = createActivities(worldOf(ledger, { perform }).world);
    await expect(act({ ...input, call, at: START })).rejects.toBeInstanceOf(TryAgain);
    const { receipts } = await act({ ...input, call, at: START });
    const all = await receiptsIn(ledger);
    expect(all).toHaveLength(5);
    expect(receipts).toEqual([all[0], all[3], all[4]]);
  });

  test('cost some hundred bytes each, and are read back as what they were', () => {
    const receipt = { index: 1_234_567, id: '0'.repeat(32), leaf: 'f'.repeat(64) };
    expect(JSON.stringify(receiptText(receipt))).toHaveLength(107);
    expect(readReceipt(receiptText(receipt))).toEqual(receipt);
  });

  test.each([null, 7, '', '1:2:3', `01:${'0'.repeat(32)}:${'0'.repeat(64)}`])('are not %p', (text) => {
    expect(readReceipt(text)).toBeNull();
  });

  test('do not reach the walk: nothing that follows depends on them', () => {
    expect(withoutReceipts({ kind: 'done', receipts: ['x'] })).toEqual({ kind: 'done' });
  });
});

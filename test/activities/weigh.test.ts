import { describe, expect, test } from '@jest/globals';
import { createAsk } from '../../activities/ask.ts';
import { cardText } from '../../activities/approvals/card-text.ts';
import { sha256 } from '../../activities/keys.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { createWeigh } from '../../activities/weigh.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import type { Card, Message, Weighed } from '../../workflows/ports.ts';
import { cardBody, eventsIn, noted, RUN, START, worldOf, type Given } from './samples.ts';

const body = cardBody();
const card: Card = { digest: sha256(cardText(body)), body };
const vote = (given: Partial<Extract<Message, { kind: 'approve' }>> = {}): Message => ({
  kind: 'approve',
  task: 'clean',
  digest: card.digest,
  by: 'sam',
  reason: 'seen the card',
  ...given,
});

async function weigh(message: Message, given: Given = {}, shown: Card | null = card) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const { world } = worldOf(ledger, given);
  await createAsk(world)({ run: RUN, facts: [], body });
  const weighed = await createWeigh(world)({ run: RUN, facts: [noted()], message, card: shown, at: START });
  return { weighed: withoutReceipts<Weighed>(weighed), events: await eventsIn(ledger) };
}

describe('whether a person’s word counts', () => {
  test('in development a name counts as asserted, and no more', async () => {
    const { weighed, events } = await weigh(vote());
    expect(weighed).toEqual({ kind: 'counts', by: 'sam', assurance: 'V0' });
    expect(events).toEqual(['task_started']);
  });

  const words: readonly Message[] = [
    vote(),
    { kind: 'reject', task: 'clean', digest: card.digest, by: 'sam', reason: 'not today' },
    { kind: 'confirm', task: 'clean', by: 'sam', reason: 'did it' },
    { kind: 'resolve', task: 'clean', result: 'completed', output: {}, by: 'sam', reason: 'saw it' },
  ];
  test.each(words)('outside development a mere name counts for nothing: $kind', async (message) => {
    const { weighed } = await weigh(message, { mode: 'production' });
    expect(weighed).toMatchObject({ kind: 'refused', code: 'assurance_too_low' });
  });

  test.each(['riley', ' Riley', 'RILEY', 'ｒｉｌｅｙ'])(
    'whoever asked for the run cannot approve it, as %j either',
    async (by) => {
      expect((await weigh(vote({ by }))).weighed).toMatchObject({ kind: 'refused', code: 'requester' });
    },
  );

  test('whoever asked for the run may stop it, and may do its last step', async () => {
    const stop: Message = {
      kind: 'reject',
      task: 'clean',
      digest: card.digest,
      by: 'riley',
      reason: 'a mistake',
    };
    const confirm: Message = { kind: 'confirm', task: 'clean', by: 'riley', reason: 'enrolled' };
    expect((await weigh(stop)).weighed.kind).toBe('counts');
    expect((await weigh(confirm)).weighed.kind).toBe('counts');
  });

  test('a vote without a reason in words is refused', async () => {
    expect((await weigh(vote({ reason: 'ok' }))).weighed).toMatchObject({
      kind: 'refused',
      code: 'no_reason',
    });
  });

  test('a vote for a card that is not in the store is refused', async () => {
    const forged: Card = { digest: 'e'.repeat(64), body };
    expect((await weigh(vote({ digest: forged.digest }), {}, forged)).weighed).toMatchObject({
      kind: 'refused',
      code: 'card_unknown',
    });
    expect((await weigh(vote(), {}, null)).weighed).toMatchObject({ kind: 'refused', code: 'card_unknown' });
  });
});

describe('the card that is asked about', () => {
  test('is stored under the digest of its canonical bytes, in one commit with what was noted', async () => {
    const ledger = createMemoryLedger({ log: 'test', now: () => START });
    const { world } = worldOf(ledger);
    const asked = await createAsk(world)({ run: RUN, facts: [noted('task_waiting_approval')], body });
    if ('fault' in asked) throw new Error(asked.fault.message);
    expect(withoutReceipts<Card>(asked)).toEqual(card);
    expect(JSON.parse((await ledger.get('card', card.digest)) ?? 'null')).toEqual(body);
    expect(await eventsIn(ledger)).toEqual(['task_waiting_approval']);
  });

  test('asked twice is the same card; asked anew it is another one', async () => {
    const ledger = createMemoryLedger({ log: 'test', now: () => START });
    const put = createAsk(worldOf(ledger).world);
    const ask = async (input: Parameters<typeof put>[0]): Promise<Card> => {
      const asked = await put(input);
      if ('fault' in asked) throw new Error(asked.fault.message);
      return asked;
    };
    const first = await ask({ run: RUN, facts: [], body });
    const repeated = await ask({ run: RUN, facts: [], body });
    const anew = await ask({ run: RUN, facts: [], body: { ...body, nonce: 'nonce-2' } });
    expect(repeated.digest).toBe(first.digest);
    expect(anew.digest).not.toBe(first.digest);
  });
});

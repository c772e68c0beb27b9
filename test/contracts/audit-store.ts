/** What every audit store must do. Verified from outside, by the pure check over the bytes it hands back. */
import { expect } from '@jest/globals';
import type { Receipt } from '../../activities/stores/audit.ts';
import { nodeCodec } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { verifyEntries } from '../../workflows/audit/chain.ts';
import { allBytes, collect, event, events, parsed } from '../audit/samples.ts';
import type { Law } from './law.ts';

/** Entries of each of a hundred writers: a thousand where there is time. */
const EACH = process.env['CORDON_LONG'] === '1' ? 1000 : 100;

export async function sound(ledger: Ledger, entries: number): Promise<void> {
  const verdict = verifyEntries(await allBytes(ledger), nodeCodec, await ledger.head());
  expect(verdict).toMatchObject({ kind: 'verified', entries });
}

const facts = async (ledger: Ledger) =>
  (await allBytes(ledger)).map((bytes) => {
    const { body } = parsed(bytes);
    return `${body.run} ${body.coordinate}`;
  });

export const auditStoreLaws: readonly Law<Ledger>[] = [
  {
    says: 'an empty log has a head and verifies',
    async holds(open) {
      const ledger = await open();
      expect(await ledger.head()).toMatchObject({ size: 0, leaf: '0'.repeat(64) });
      expect(await ledger.append([])).toEqual([]);
      await sound(ledger, 0);
    },
  },
  {
    says: 'events of one call stand one after the other, in order, with a receipt each',
    async holds(open) {
      const ledger = await open();
      const receipts = await ledger.append(events('a', 5));
      expect(receipts.map(({ kind, index }) => [kind, index])).toEqual(
        [0, 1, 2, 3, 4].map((n) => ['recorded', n]),
      );
      expect(await facts(ledger)).toEqual([0, 1, 2, 3, 4].map((n) => `chain-a ${n}`));
      expect((await ledger.head()).leaf).toBe(receipts.at(-1)?.leaf);
      await sound(ledger, 5);
    },
  },
  {
    says: 'each run is numbered by itself and can be read by itself',
    async holds(open) {
      const ledger = await open();
      for (let n = 0; n < 4; n += 1) await ledger.append([event('a', n), event('b', n)]);
      const run = await collect(ledger.byRun('chain-b'));
      expect(run.map(({ bytes }) => parsed(bytes).body.run_seq)).toEqual([0, 1, 2, 3]);
      expect(run.map(({ index }) => index)).toEqual([1, 3, 5, 7]);
      expect(await collect(ledger.byRun('chain-c'))).toEqual([]);
      await sound(ledger, 8);
    },
  },
  {
    says: 'a run longer than any page is read whole and in order, between the entries of another',
    async holds(open) {
      const ledger = await open();
      await ledger.append([event('b', 0), ...events('a', 3000), event('b', 1)]);
      await ledger.append(events('a', 5600).slice(3000));
      const run = await collect(ledger.byRun('chain-a'));
      expect(run.map(({ bytes }) => parsed(bytes).body.run_seq)).toEqual(run.map((_, n) => n));
      expect(run).toHaveLength(5600);
      expect((await collect(ledger.byRun('chain-b'))).map(({ index }) => index)).toEqual([0, 3001]);
    },
  },
  {
    says: 'T14: an event sent a thousand times by a hundred writers is one entry with a thousand equal receipts',
    async holds(open) {
      const ledger = await open();
      const one = async () => {
        const own: Receipt[] = [];
        for (let n = 0; n < 10; n += 1) own.push(...(await ledger.append([event('a', 0)])));
        return own;
      };
      const receipts = (await Promise.all(Array.from({ length: 100 }, one))).flat();
      expect(receipts).toHaveLength(1000);
      expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
      await sound(ledger, 1);
    },
  },
  {
    says: 'an event repeated in other company gets its old receipt, and the rest is appended',
    async holds(open) {
      const ledger = await open();
      const [first] = await ledger.append([event('a', 0), event('a', 1)]);
      const again = await ledger.append([event('a', 2), event('a', 0), event('a', 2)]);
      expect(again[1]).toEqual(first);
      expect(again[0]).toEqual(again[2]);
      await sound(ledger, 3);
    },
  },
  {
    says: 'a step that runs again later leaves the same event, which keeps the time of its first recording',
    async holds(open) {
      const ledger = await open();
      const first = await ledger.append([event('a', 0)]);
      const { run, fact } = event('a', 0);
      expect(await ledger.append([{ run, fact: { ...fact, at: fact.at + 60_000 } }])).toEqual(first);
      await sound(ledger, 1);
    },
  },
  {
    says: 'T15: another body under the same id is refused, and the refusal is on record once',
    async holds(open) {
      const ledger = await open();
      await ledger.append([event('a', 0, { effect: 'deny' })]);
      const [refused] = await ledger.append([event('a', 0, { effect: 'allow' })]);
      expect(refused).toMatchObject({ kind: 'conflict', index: 1 });
      expect(await ledger.append([event('a', 0, { effect: 'allow' })])).toEqual([refused]);
      const bodies = (await allBytes(ledger)).map((bytes) => parsed(bytes).body);
      expect(bodies.map((body) => body.event)).toEqual(['policy_checked', 'record_conflict']);
      expect(bodies[0]?.details).toEqual({ effect: 'deny' });
      await sound(ledger, 2);
    },
  },
  {
    says: 'T15: two bodies that come under one id at once: the first is recorded, the other refused, on record once',
    async holds(open) {
      const ledger = await open();
      const tell = (effect: string) => ledger.append([event('a', 0, { effect })]);
      const receipts = (await Promise.all(['deny', 'allow', 'deny', 'allow'].map(tell))).flat();
      expect(receipts.map(({ kind, index }) => [kind, index])).toEqual([
        ['recorded', 0],
        ['conflict', 1],
        ['recorded', 0],
        ['conflict', 1],
      ]);
      await sound(ledger, 2);
    },
  },
  {
    says: 'T20: a hundred writers at once leave one unbroken chain, each writer in its own order',
    async holds(open) {
      const ledger = await open();
      const writer = async (_: unknown, w: number) => {
        for (let n = 0; n < EACH; n += 1) await ledger.append([event(String(w), n)]);
      };
      await Promise.all(Array.from({ length: 100 }, writer));
      await sound(ledger, 100 * EACH);
      const run = await collect(ledger.byRun('chain-42'));
      expect(run.map(({ bytes }) => parsed(bytes).body.coordinate)).toEqual(
        Array.from({ length: EACH }, (_, n) => String(n)),
      );
    },
  },
  {
    says: 'T23: thirty first writes into an empty log make one log',
    async holds(open) {
      const ledger = await open();
      const receipts = await Promise.all(
        Array.from({ length: 30 }, (_, w) => ledger.append([event(String(w), 0)])),
      );
      expect(new Set(receipts.flat().map(({ index }) => index)).size).toBe(30);
      await sound(ledger, 30);
    },
  },
  {
    says: 'what cannot be recorded fails its own caller and nobody else',
    async holds(open) {
      const ledger = await open();
      const outcomes = await Promise.allSettled([
        ledger.append([event('a', 0)]),
        ledger.append([event('b', 0), event('b', 1, { share: 0.5 })]),
        ledger.append([event('d', 0, { 'a\0b': { by: 'sam@corp.example' } })]),
        ledger.append([event('c', 0)]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      for (const at of [1, 2]) expect(outcomes[at]).toMatchObject({ reason: { code: 'store_refused' } });
      await sound(ledger, 2);
    },
  },
  {
    says: 'reading gives the entries asked for, as far as they exist',
    async holds(open) {
      const ledger = await open();
      await ledger.append(events('a', 1200));
      const indexes = async (from: number, to: number) =>
        (await collect(ledger.read(from, to))).map(({ index }) => index);
      expect(await indexes(3, 6)).toEqual([3, 4, 5]);
      expect(await indexes(1198, 5000)).toEqual([1198, 1199]);
      expect(await indexes(6, 6)).toEqual([]);
      expect(await indexes(0, Infinity)).toHaveLength(1200);
    },
  },
  {
    says: 'details too big for an entry are kept as a document under the digest the entry names',
    async holds(open) {
      const ledger = await open();
      const tasks = Array.from({ length: 10_000 }, (_, n) => `task-${n}`);
      await ledger.append([event('a', 0, { tasks })]);
      const [bytes = new Uint8Array()] = await allBytes(ledger);
      const { omitted } = parsed(bytes).body.details as { readonly omitted: { readonly sha256: string } };
      expect(JSON.parse((await ledger.get('details', omitted.sha256)) ?? 'null')).toEqual({ tasks });
    },
  },
  {
    says: 'closing finishes what was accepted; afterwards nothing is accepted and nothing is read',
    async holds(open) {
      const ledger = await open();
      const pending = ledger.append([event('a', 0)]);
      await ledger.close();
      await ledger.close();
      expect(await pending).toMatchObject([{ kind: 'recorded', index: 0 }]);
      await expect(ledger.append([event('a', 1)])).rejects.toMatchObject({ code: 'store_closed' });
      await expect(ledger.head()).rejects.toMatchObject({ code: 'store_closed' });
      await expect(collect(ledger.read(0, 1))).rejects.toMatchObject({ code: 'store_closed' });
      await expect(ledger.lookup('k')).rejects.toMatchObject({ code: 'store_closed' });
    },
  },
];

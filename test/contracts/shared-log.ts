/** What a store that lasts must do when it is opened again, or twice at once, or by clocks that disagree. */
import { expect } from '@jest/globals';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { allBytes, event, events, parsed, START } from '../audit/samples.ts';
import { sound } from './audit-store.ts';
import type { Law } from './law.ts';
import { verdictOf, type Place } from './place.ts';

const times = async (ledger: Ledger) =>
  (await allBytes(ledger)).map((bytes) => {
    const { at, body } = parsed(bytes);
    return [Date.parse(at) - START, body.skew_ms ?? 0];
  });

/** Each in turn, from one call to the next; the last one stays. */
function clock(...ticks: readonly number[]): () => number {
  const left = [...ticks];
  return () => START + ((left.length > 1 ? left.shift() : left[0]) ?? 0);
}

const HOUR = 3_600_000;
const ODD = 'quote " backslash \\ braces {} NULL, NUL \u0000, é, e\u0301, 鍵, 🔑, \u2028, \ufeff';

export const sharedLogLaws: readonly Law<Place>[] = [
  {
    says: 'a log that is opened again goes on where it ended, under the name it began with',
    async holds(open) {
      const place = await open();
      const first = await place.open({ log: 'one' });
      await first.append(events('a', 3));
      await first.close();
      const second = await place.open({ log: 'two' });
      await second.append([event('a', 3)]);
      expect(
        (await allBytes(second)).map((bytes) => parsed(bytes)).map(({ log, body }) => [log, body.run_seq]),
      ).toEqual([0, 1, 2, 3].map((n) => ['one', n]));
      await sound(second, 4);
    },
  },
  {
    says: 'T12: a clock that jumps back, forward and back leaves times that never decrease, and the lag on record',
    async holds(open) {
      const place = await open();
      const ledger = await place.open({ now: clock(0, -HOUR, 0, HOUR, 0, HOUR, HOUR + 1) });
      for (let n = 0; n < 7; n += 1) await ledger.append([event('a', n)]);
      expect(await times(ledger)).toEqual([
        [0, 0],
        [0, HOUR],
        [0, 0],
        [HOUR, 0],
        [HOUR, HOUR],
        [HOUR, 0],
        [HOUR + 1, 0],
      ]);
      await sound(ledger, 7);
    },
  },
  {
    says: 'T13: the same events give the same bytes in every store, also when they are read back by another process',
    async holds(open) {
      const place = await open();
      const options = { log: 'test', now: () => START };
      const told = [
        event('a', 0, { [ODD]: ODD }),
        event('a', 1, { long: 'é'.repeat(20_000) }),
        ...events('b', 2),
      ];
      const [ledger, memory] = [await place.open(options), createMemoryLedger(options)];
      await Promise.all([ledger.append(told), memory.append(told)]);
      await ledger.close();
      const bytes = (await allBytes(await place.open())).map((each) => Buffer.from(each).toString('hex'));
      expect(bytes).toEqual((await allBytes(memory)).map((each) => Buffer.from(each).toString('hex')));
      expect(bytes).toHaveLength(4);
    },
  },
  {
    says: 'T24: who looked at the clock first and commits last is last in the log, and never before in time',
    async holds(open) {
      const place = await open();
      const early = await place.open({ now: clock(0) });
      const late = await place.open({ now: clock(5000) });
      await late.append([event('late', 0)]);
      await early.append([event('early', 0)]);
      expect(await times(early)).toEqual([
        [5000, 0],
        [5000, 5000],
      ]);
      await sound(late, 2);
    },
  },
  {
    says: 'T26: two services on one log, started by mistake, leave one chain, lose nothing, and call once',
    async holds(open) {
      const place = await open();
      const [one, other] = [await place.open(), await place.open()];
      const write = async (ledger: Ledger, name: string) => {
        for (let n = 0; n < 25; n += 1)
          await ledger.append([event(name, n), event('both', n), event(`${name} again`, n)]);
      };
      await Promise.all([write(one, 'one'), write(other, 'other')]);
      const begin = async (ledger: Ledger, chain: string) => {
        const owner = { chain, workflowId: chain, task: 't' };
        return (await ledger.begin({ key: 'k', owner, inputsDigest: 'i', now: 1 })).answer.kind;
      };
      const answers = await Promise.all([
        begin(one, 'a'),
        begin(other, 'b'),
        begin(one, 'c'),
        begin(other, 'd'),
      ]);
      expect(answers.toSorted()).toEqual(['begun', 'held', 'held', 'held']);
      await sound(one, 25 * 5);
      await sound(other, 25 * 5);
    },
  },
  {
    says: 'what is being committed is seen by no reader before it is committed as a whole',
    async holds(open) {
      const place = await open();
      const ledger = await place.open();
      const sizes: number[] = [];
      const writing = async (): Promise<'written'> => {
        for (let n = 0; n < 30 || new Set(sizes).size < 2; n += 1) await ledger.append(events(String(n), 4));
        return 'written';
      };
      const turn = () => new Promise<'turn'>((resolve) => setImmediate(() => resolve('turn')));
      const written = writing();
      while ((await Promise.race([written, turn()])) === 'turn')
        sizes.push((await ledger.head()).size, (await verdictOf(place)).entries);
      expect(sizes.filter((size) => size % 4 !== 0)).toEqual([]);
      expect(new Set(sizes).size).toBeGreaterThan(1);
    },
  },
];

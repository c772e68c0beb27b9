/** What reading from outside must give, whatever the store. */
import { expect } from '@jest/globals';
import { sha256Hex } from '../../activities/stores/index.ts';
import { openForReading, type StoreReading } from '../../activities/stores/reading.ts';
import { allBytes, event, events } from '../audit/samples.ts';
import type { Law } from './law.ts';
import { verdictOf, type Place } from './place.ts';

async function all<Row>(rows: AsyncIterable<Row> | readonly Row[]): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const reader = (place: Place): Promise<StoreReading> =>
  openForReading(place.source, { password: place.password });

export const readingLaws: readonly Law<Place>[] = [
  {
    says: 'everything is handed out as it is stored: head, entries with their columns, documents',
    async holds(open) {
      const place = await open();
      const ledger = await place.open({ log: 'test' });
      await ledger.append([...events('a', 700), event('b', 0)]);
      const texts = Array.from({ length: 9 }, (_, n) => `{"card":${n}}`);
      for (const text of texts) await ledger.put({ kind: 'card', digest: sha256Hex(text), text });
      const reading = await reader(place);
      const entries = await all(reading.entries());
      expect(entries.map(({ bytes }) => Buffer.from(bytes))).toEqual(
        (await allBytes(ledger)).map((bytes) => Buffer.from(bytes)),
      );
      expect(entries.map(({ index }) => index)).toEqual(entries.map((_, n) => n));
      expect(entries.at(-1)).toMatchObject({
        run: 'chain-b',
        runSeq: 0,
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expect(await reading.head()).toMatchObject(await ledger.head());
      const documents = await all(reading.documents());
      expect(documents.map(({ text }) => text).toSorted()).toEqual(texts);
      expect(documents.map(({ digest }) => digest)).toEqual(documents.map(({ digest }) => digest).toSorted());
      expect(await reading.ownComplaint()).toBeNull();
      await reading.close();
    },
  },
  {
    says: 'a reader sees one state, whatever is written meanwhile',
    async holds(open) {
      const place = await open();
      const ledger = await place.open();
      await ledger.append(events('a', 600));
      const reading = await reader(place);
      const entries = reading.entries()[Symbol.asyncIterator]();
      await entries.next();
      await ledger.append(events('b', 600));
      let count = 1;
      while ((await entries.next()).done !== true) count += 1;
      expect([count, (await reading.head())?.size]).toEqual([600, 600]);
      await reading.close();
      expect(await verdictOf(place)).toMatchObject({ kind: 'verified', entries: 1200 });
    },
  },
  {
    says: 'a reading that is broken off leaves the next one whole',
    async holds(open) {
      const place = await open();
      await (await place.open()).append(events('a', 600));
      const reading = await reader(place);
      for await (const { index } of reading.entries()) if (index === 3) break;
      expect(await all(reading.entries())).toHaveLength(600);
      await reading.close();
    },
  },
  {
    says: 'entries and values are handed out from any index on',
    async holds(open) {
      const place = await open();
      const about = { by: 'sam@corp.example' };
      await (await place.open()).append(Array.from({ length: 600 }, (_, n) => event('a', n, about)));
      const reading = await reader(place);
      for (const from of [0, 1, 249, 250, 599, 600, 9_999]) {
        const expected = Array.from({ length: Math.max(0, 600 - from) }, (_, n) => from + n);
        expect((await all(reading.entries(from))).map(({ index }) => index)).toEqual(expected);
        const values = await all(reading.values(from) ?? []);
        expect(values.map(({ index }) => index).filter((index) => index >= from)).toEqual(expected);
        expect(values.length).toBeLessThanOrEqual(expected.length + 1);
      }
      await reading.close();
    },
  },
  {
    says: 'where there is no store, none is made',
    async holds(open) {
      const place = await open();
      await expect(reader(place)).rejects.toMatchObject({ name: 'StoreError' });
      await expect(reader(place)).rejects.toMatchObject({ name: 'StoreError' });
      expect((await (await place.open({ log: 'first' })).head()).log).toBe('first');
    },
  },
  {
    says: 'a store of another version is refused',
    async holds(open) {
      const place = await open();
      await (await place.open()).close();
      await place.tamper(
        place.source.startsWith('postgres')
          ? 'UPDATE cordon.store SET version = 9'
          : 'PRAGMA user_version = 9',
      );
      await expect(reader(place)).rejects.toMatchObject({
        code: 'store_untrusted',
        message: expect.stringContaining('schema version 9'),
      });
    },
  },
];

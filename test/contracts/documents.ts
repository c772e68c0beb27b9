/** What every document store must do. */
import { expect } from '@jest/globals';
import { sha256Hex } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { event } from '../audit/samples.ts';
import { sound } from './audit-store.ts';
import type { Law } from './law.ts';

const text = '{"task":"contain","targets":["é"]}';
const card = { kind: 'card', digest: sha256Hex(text), text } as const;

export const documentLaws: readonly Law<Ledger>[] = [
  {
    says: 'a document is found under its digest and kind, however often it was put',
    async holds(open) {
      const ledger = await open();
      await ledger.put(card);
      await ledger.put(card);
      expect(await ledger.get('card', card.digest)).toBe(text);
      expect(await ledger.get('plan', card.digest)).toBeNull();
      expect(await ledger.get('card', sha256Hex('other'))).toBeNull();
    },
  },
  {
    says: 'a document under a digest that is not its own is refused',
    async holds(open) {
      const ledger = await open();
      const put = ledger.put({ ...card, text: `${text} ` });
      await expect(put).rejects.toMatchObject({ code: 'store_refused' });
      expect(await ledger.get('card', card.digest)).toBeNull();
    },
  },
  {
    says: 'events handed along are in the same commit',
    async holds(open) {
      const ledger = await open();
      expect(await ledger.put(card, [event('a', 0)])).toMatchObject([{ kind: 'recorded', index: 0 }]);
      await sound(ledger, 1);
    },
  },
];

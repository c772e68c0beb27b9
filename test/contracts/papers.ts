/** What every store of working papers must do: erase what nobody needs, and forget no effect with it. */
import { expect } from '@jest/globals';
import type { Effect, Owner } from '../../activities/stores/claims.ts';
import { sha256Hex } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { PapersErasure } from '../../activities/stores/papers.ts';
import { START } from '../audit/samples.ts';
import { sound } from './audit-store.ts';
import type { Law } from './law.ts';

const KEY = 'case/c1/block alice';
const STATE = '{"forwarding":"alice@private.example"}';
const saved = { kind: 'saved', digest: sha256Hex(STATE), text: STATE } as const;
const OUTPUT = { stopped: ['alice@private.example'] };

function owner(chain: string): Owner {
  return { chain, workflowId: `cordon-p-${chain}`, task: 'contain' };
}
const A = owner('run-a');
const B = owner('run-b');

const effectWith = (of: string | null): Effect => ({
  type: 'StopForwarding',
  connector: 'mail',
  class: 'A',
  targets: ['alice'],
  saved: of,
  undone: null,
});

/** A call that was made, and left what it found. */
async function done(ledger: Ledger, by: Owner, key = KEY, of: string | null = saved.digest): Promise<void> {
  const { answer } = await ledger.begin({ key, owner: by, inputsDigest: 'inputs', now: 1 });
  if (answer.kind !== 'begun') throw new Error(answer.kind);
  await ledger.finish(
    { key, fence: answer.fence, result: 'done', output: OUTPUT, effect: effectWith(of), now: 2 },
    { documents: of === saved.digest ? [saved] : [] },
  );
}

const erasure = (part: Partial<PapersErasure> = {}): PapersErasure => ({
  chain: A.chain,
  keys: [KEY],
  documents: [],
  loseUndo: true,
  act: (erased) => ({
    event: 'papers_erased',
    details: { run: A.chain, ...erased, by: 'dpo', reason: 'request 17' },
    at: START,
    about: A.chain,
  }),
  ...part,
});

const erase = async (ledger: Ledger, one: PapersErasure) => (await ledger.erasePapers([one]))[0];

export const paperLaws: readonly Law<Ledger>[] = [
  {
    says: 'a claim without its output still keeps its effect from being made again, by its own run and by any other',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      expect(await erase(ledger, erasure())).toMatchObject({ kind: 'erased', outputs: 1, saved: 1 });
      const again = { key: KEY, inputsDigest: 'inputs', now: 3 };
      const answer = { kind: 'done', output: null, attempts: 1 };
      expect((await ledger.begin({ ...again, owner: A })).answer).toEqual({ ...answer, own: true });
      expect((await ledger.begin({ ...again, owner: B })).answer).toEqual({ ...answer, own: false });
      const other = { ...again, owner: B, inputsDigest: 'others' };
      expect((await ledger.begin(other)).answer).toMatchObject({ kind: 'conflict' });
      expect(await ledger.lookup(KEY)).toMatchObject({
        state: 'done',
        fence: 1,
        inputsDigest: 'inputs',
        output: null,
        erased: true,
        effect: { targets: [], saved: null, erased: true, undone: null },
      });
      expect(await ledger.get('saved', saved.digest)).toBeNull();
      await sound(ledger, 1);
    },
  },
  {
    says: 'a repeat of the report that was accepted is accepted again, though it can no longer be compared',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      await erase(ledger, erasure());
      const report = { key: KEY, fence: 1, result: 'done', output: OUTPUT, now: 3 } as const;
      expect((await ledger.finish(report)).answer).toBe(true);
      const word = {
        key: KEY,
        owner: A,
        inputsDigest: 'inputs',
        result: 'done',
        output: OUTPUT,
        now: 3,
      } as const;
      expect((await ledger.settle(word)).answer).toBe(true);
      expect(await ledger.lookup(KEY)).toMatchObject({ output: null, erased: true });
    },
  },
  {
    says: 'what can still be undone is erased only by whoever says so, and the answer names the tasks',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      const refused = await erase(ledger, erasure({ loseUndo: false }));
      expect(refused).toEqual({ kind: 'undoable', tasks: ['contain'] });
      expect(await ledger.lookup(KEY)).toMatchObject({ output: OUTPUT });
      expect(await ledger.get('saved', saved.digest)).toBe(STATE);
      expect((await ledger.head()).size).toBe(0);
      expect(await erase(ledger, erasure())).toEqual({
        kind: 'erased',
        outputs: 1,
        saved: 1,
        cards: 0,
        plans: 0,
        undoLost: ['contain'],
      });
    },
  },
  {
    says: 'an effect whose saved state is gone can still be taken back by hand, which frees its key',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      await erase(ledger, erasure());
      const takesBack = { key: KEY, fence: 1 };
      const word = {
        key: 'undo',
        owner: B,
        inputsDigest: 'u',
        result: 'done',
        output: null,
        now: 4,
      } as const;
      expect((await ledger.settle({ ...word, takesBack })).answer).toBe(true);
      const [claim] = await ledger.claimsOf(A.chain);
      expect(claim).toMatchObject({ state: 'free', effect: { undone: B, saved: null, erased: true } });
      const anew = { key: KEY, owner: B, inputsDigest: 'inputs', now: 5 };
      expect((await ledger.begin(anew)).answer).toEqual({ kind: 'begun', attempt: 1, fence: 2 });
      expect(await ledger.lookup(KEY)).not.toHaveProperty('erased');
    },
  },
  {
    says: 'a saved state that another run needs as well stays, until that one is erased too',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      await done(ledger, B, 'another key');
      await erase(ledger, erasure());
      expect(await ledger.get('saved', saved.digest)).toBe(STATE);
      await erase(ledger, erasure({ chain: B.chain, keys: ['another key'] }));
      expect(await ledger.get('saved', saved.digest)).toBeNull();
    },
  },
  {
    says: 'a call that is being made is left alone, and so is a claim that is another run’s by now',
    async holds(open) {
      const ledger = await open();
      await ledger.begin({ key: KEY, owner: A, inputsDigest: 'inputs', now: 1 });
      await done(ledger, B, 'another key');
      expect(await erase(ledger, erasure({ keys: [KEY, 'another key', 'none'] }))).toEqual({
        kind: 'nothing',
      });
      expect(
        (await ledger.finish({ key: KEY, fence: 1, result: 'done', output: OUTPUT, now: 2 })).answer,
      ).toBe(true);
      expect(await ledger.lookup('another key')).toMatchObject({ output: OUTPUT });
      expect((await ledger.head()).size).toBe(0);
    },
  },
  {
    says: 'cards and plans that are named go, others and other documents stay; and the log says how many of each',
    async holds(open) {
      const ledger = await open();
      const put = async (kind: 'card' | 'plan' | 'details', text: string) => {
        await ledger.put({ kind, digest: sha256Hex(text), text });
        return { kind, digest: sha256Hex(text) };
      };
      const card = await put('card', '{"card":"alice"}');
      const plan = await put('plan', '{"plan":"alice"}');
      const others = [await put('card', '{"card":"bob"}'), await put('details', '{"card":"alice"}')];
      const documents = [card, plan] as PapersErasure['documents'];
      const answer = await erase(ledger, erasure({ keys: [], documents }));
      expect(answer).toMatchObject({ kind: 'erased', outputs: 0, saved: 0, cards: 1, plans: 1 });
      for (const { kind, digest } of [card, plan]) expect(await ledger.get(kind, digest)).toBeNull();
      for (const { kind, digest } of others) expect(await ledger.get(kind, digest)).not.toBeNull();
      await sound(ledger, 1);
    },
  },
  {
    says: 'erased once more, there is nothing left, and nothing is recorded a second time',
    async holds(open) {
      const ledger = await open();
      await done(ledger, A);
      await erase(ledger, erasure());
      expect(await erase(ledger, erasure())).toEqual({ kind: 'nothing' });
      expect((await ledger.head()).size).toBe(1);
    },
  },
];

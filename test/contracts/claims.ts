/** What every claim store must do: one effect per key, and never a guess about one that may have been made. */
import { expect } from '@jest/globals';
import type { BeginAnswer, Effect, FinishRequest, Owner } from '../../activities/stores/claims.ts';
import { sha256Hex } from '../../activities/stores/codec.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { event } from '../audit/samples.ts';
import { sound } from './audit-store.ts';
import type { Law } from './law.ts';

const KEY = 'case/c1/block alice';

function owner(chain: string, task = 'contain'): Owner {
  return { chain, workflowId: `cordon-p-${chain}`, task };
}

const begin = async (ledger: Ledger, by: Owner, inputsDigest = 'inputs', now = 1): Promise<BeginAnswer> =>
  (await ledger.begin({ key: KEY, owner: by, inputsDigest, now })).answer;

const finish = async (
  ledger: Ledger,
  fence: number,
  result: FinishRequest['result'],
  output: string | null = null,
) => (await ledger.finish({ key: KEY, fence, result, output, now: 2 })).answer;

const settle = async (ledger: Ledger, by: Owner, result: 'done' | 'released', output: string | null = null) =>
  (await ledger.settle({ key: KEY, owner: by, inputsDigest: 'inputs', result, output, now: 3 })).answer;

const EFFECT: Effect = {
  type: 'Block',
  connector: 'mail',
  class: 'A',
  targets: ['alice'],
  saved: sha256Hex('{"before":1}'),
  undone: null,
};

const A = owner('run-a');
const B = owner('run-b');

export const claimLaws: readonly Law<Ledger>[] = [
  {
    says: 'of a hundred runs that want the same key at once, exactly one is told to call',
    async holds(open) {
      const ledger = await open();
      const runs = Array.from({ length: 100 }, (_, n) => owner(`run-${n}`));
      const answers = await Promise.all(runs.map((by) => begin(ledger, by)));
      expect(answers.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'held')).toHaveLength(99);
    },
  },
  {
    says: 'what was done is never done again: its output answers every run, and the doer is told it was its own',
    async holds(open) {
      const ledger = await open();
      expect(await begin(ledger, A)).toEqual({ kind: 'begun', attempt: 1, fence: 1 });
      expect(await finish(ledger, 1, 'done', 'blocked')).toBe(true);
      const done = { kind: 'done', output: 'blocked', attempts: 1 };
      expect(await begin(ledger, A)).toEqual({ ...done, own: true });
      expect(await begin(ledger, B)).toEqual({ ...done, own: false });
      expect(await begin(ledger, owner('run-a', 'other task'))).toEqual({ ...done, own: false });
      expect(await ledger.lookup(KEY)).toEqual({
        key: KEY,
        inputsDigest: 'inputs',
        owner: A,
        state: 'done',
        attempts: 1,
        fence: 1,
        output: 'blocked',
        effect: null,
        claimedAt: 1,
        updatedAt: 2,
      });
    },
  },
  {
    says: 'an effect that is taken back frees its key in the same commit, says by whom, and is found by the run that made it',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      const saved = { kind: 'saved', digest: sha256Hex('{"before":1}'), text: '{"before":1}' } as const;
      await ledger.finish(
        { key: KEY, fence: 1, result: 'done', output: 'blocked', effect: EFFECT, now: 2 },
        { documents: [saved] },
      );
      expect(await ledger.get('saved', saved.digest)).toBe(saved.text);
      expect(await ledger.claimsOf('run-a')).toMatchObject([{ key: KEY, state: 'done', effect: EFFECT }]);
      const undo = { key: 'undo', owner: B, inputsDigest: 'undo', now: 3 };
      await ledger.begin(undo);
      const back = {
        key: 'undo',
        fence: 1,
        result: 'done',
        takesBack: { key: KEY, fence: 1 },
        now: 4,
      } as const;
      expect((await ledger.finish(back)).answer).toBe(true);
      expect(await ledger.lookup(KEY)).toBeNull();
      expect(await ledger.claimsOf('run-a')).toMatchObject([{ state: 'free', effect: { undone: B } }]);
      expect(await begin(ledger, B)).toEqual({ kind: 'begun', attempt: 1, fence: 2 });
      expect((await ledger.finish(back)).answer).toBe(true);
      expect((await ledger.lookup(KEY))?.state).toBe('calling');
      expect(await ledger.claimsOf('run-a')).toEqual([]);
    },
  },
  {
    says: 'an undo that came to nothing, and one of an effect that was made anew, free nothing',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      await ledger.finish({ key: KEY, fence: 1, result: 'done', effect: EFFECT, now: 2 });
      const undo = { key: 'undo', owner: B, inputsDigest: 'undo', now: 3 };
      const takesBack = { key: KEY, fence: 1 };
      await ledger.begin(undo);
      await ledger.finish({ key: 'undo', fence: 1, result: 'action_required', takesBack, now: 4 });
      expect((await ledger.lookup(KEY))?.state).toBe('done');
      const other = { ...takesBack, fence: 7 };
      const settled = { key: 'undo', owner: B, inputsDigest: 'undo', result: 'done', now: 5 } as const;
      await ledger.settle({ ...settled, takesBack: other });
      expect((await ledger.lookup(KEY))?.state).toBe('done');
    },
  },
  {
    says: 'a person’s word that it was put back by hand frees the key as well',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      await ledger.finish({ key: KEY, fence: 1, result: 'done', effect: EFFECT, now: 2 });
      await ledger.begin({ key: 'undo', owner: B, inputsDigest: 'undo', now: 3 });
      await ledger.finish({ key: 'undo', fence: 1, result: 'action_required', now: 4 });
      const takesBack = { key: KEY, fence: 1 };
      const word = {
        key: 'undo',
        owner: B,
        inputsDigest: 'undo',
        result: 'done',
        takesBack,
        now: 5,
      } as const;
      expect((await ledger.settle(word)).answer).toBe(true);
      expect(await ledger.lookup(KEY)).toBeNull();
    },
  },
  {
    says: 'the same key with other inputs is a conflict while it is held and after it was done',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      const by = { kind: 'conflict', by: A };
      expect(await begin(ledger, B, 'other')).toEqual({ ...by, state: 'calling' });
      expect(await begin(ledger, A, 'other')).toEqual({ ...by, state: 'calling' });
      await finish(ledger, 1, 'done');
      expect(await begin(ledger, B, 'other')).toEqual({ ...by, state: 'done' });
    },
  },
  {
    says: 'a call that never reported is interrupted for its owner, under a new fence, and held for others',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      expect(await begin(ledger, A)).toEqual({ kind: 'interrupted', attempt: 2, fence: 2 });
      expect(await begin(ledger, B)).toEqual({ kind: 'held', by: A, state: 'calling' });
    },
  },
  {
    says: 'the word of an attempt that was overtaken counts no more',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      await begin(ledger, A);
      expect(await finish(ledger, 1, 'done', 'late')).toBe(false);
      expect((await ledger.lookup(KEY))?.state).toBe('calling');
      expect(await finish(ledger, 2, 'done', 'in time')).toBe(true);
      expect(await finish(ledger, 1, 'released')).toBe(false);
      expect((await ledger.lookup(KEY))?.output).toBe('in time');
    },
  },
  {
    says: 'a finish whose reply was lost is accepted again, but not with another result',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      await finish(ledger, 1, 'done', 'x');
      expect(await finish(ledger, 1, 'done', 'x')).toBe(true);
      expect(await finish(ledger, 1, 'done', 'y')).toBe(false);
      expect(await finish(ledger, 1, 'released')).toBe(false);
      expect((await ledger.lookup(KEY))?.output).toBe('x');
    },
  },
  {
    says: 'a released key is free for any run and any inputs, and old fences stay stale for ever',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      expect(await finish(ledger, 1, 'released')).toBe(true);
      expect(await ledger.lookup(KEY)).toBeNull();
      expect(await begin(ledger, B, 'other')).toEqual({ kind: 'begun', attempt: 1, fence: 2 });
      expect(await finish(ledger, 1, 'released')).toBe(false);
      expect((await ledger.lookup(KEY))?.owner).toEqual(B);
    },
  },
  {
    says: 'between retries the owner keeps the key and its count of attempts',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A, 'inputs', 10);
      await finish(ledger, 1, 'retry');
      expect(await begin(ledger, B)).toEqual({ kind: 'held', by: A, state: 'claimed' });
      expect(await begin(ledger, A)).toEqual({ kind: 'begun', attempt: 2, fence: 2 });
      expect((await ledger.lookup(KEY))?.claimedAt).toBe(10);
    },
  },
  {
    says: 'what was left to a person is nobody’s to call, until the person has spoken',
    async holds(open) {
      for (const state of ['indeterminate', 'action_required'] as const) {
        const ledger = await open();
        await begin(ledger, A);
        expect(await finish(ledger, 1, state, 'why')).toBe(true);
        expect(await begin(ledger, A)).toEqual({ kind: 'unsettled', state, output: 'why', attempts: 1 });
        expect(await begin(ledger, B)).toEqual({ kind: 'held', by: A, state });
        expect(await settle(ledger, A, 'done', 'seen')).toBe(true);
        expect(await begin(ledger, B)).toMatchObject({ kind: 'done', output: 'seen' });
      }
    },
  },
  {
    says: 'a settlement overtakes the call it settles, can be repeated, and cannot be turned round',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      expect(await settle(ledger, A, 'done', 'seen')).toBe(true);
      expect(await finish(ledger, 1, 'released')).toBe(false);
      expect(await settle(ledger, A, 'done', 'seen')).toBe(true);
      expect(await settle(ledger, A, 'done', 'other')).toBe(false);
      expect(await settle(ledger, A, 'released')).toBe(false);
      expect((await ledger.lookup(KEY))?.output).toBe('seen');
    },
  },
  {
    says: 'settling as not done frees the key; settling what another run holds is refused',
    async holds(open) {
      const ledger = await open();
      await begin(ledger, A);
      expect(await settle(ledger, B, 'released')).toBe(false);
      expect(await settle(ledger, A, 'released')).toBe(true);
      expect(await settle(ledger, A, 'released')).toBe(true);
      expect(await begin(ledger, B)).toMatchObject({ kind: 'begun', fence: 3 });
      expect(await finish(ledger, 1, 'done')).toBe(false);
    },
  },
  {
    says: 'what a person saw done counts also when no call had come as far as a claim',
    async holds(open) {
      const ledger = await open();
      expect(await settle(ledger, A, 'done', 'seen')).toBe(true);
      expect(await begin(ledger, B)).toMatchObject({ kind: 'done', own: false, output: 'seen' });
    },
  },
  {
    says: 'pending events go with every answer, the others only where the caller says so, in one commit',
    async holds(open) {
      const ledger = await open();
      const alongside = (run: string) => ({
        events: [event(run, 0)],
        record: (answer: BeginAnswer) => (answer.kind === 'begun' ? [event(run, 1)] : []),
      });
      const request = { key: KEY, inputsDigest: 'inputs', now: 1 };
      const [first, second] = await Promise.all([
        ledger.begin({ ...request, owner: A }, alongside('a')),
        ledger.begin({ ...request, owner: B }, alongside('b')),
      ]);
      expect(first.receipts.map(({ index }) => index)).toEqual([0, 1]);
      expect(second.receipts.map(({ index }) => index)).toEqual([2]);
      await sound(ledger, 3);
    },
  },
  {
    says: 'a claim whose intent cannot be recorded is not made, and spoils no other caller’s commit',
    async holds(open) {
      const ledger = await open();
      const bad = () => [event('a', 0, { share: 0.5 })];
      const [claim, other] = await Promise.allSettled([
        ledger.begin(
          { key: KEY, owner: A, inputsDigest: 'inputs', now: 1 },
          { events: [event('a', 1)], record: bad },
        ),
        ledger.append([event('b', 0)]),
      ]);
      expect(claim).toMatchObject({ status: 'rejected', reason: { code: 'store_refused' } });
      expect(other).toMatchObject({ status: 'fulfilled' });
      expect(await ledger.lookup(KEY)).toBeNull();
      await sound(ledger, 1);
    },
  },
  {
    says: 'a key that a store could not keep unchanged is refused to its caller and spoils no other commit',
    async holds(open) {
      const ledger = await open();
      const request = { owner: A, inputsDigest: 'inputs', now: 1 };
      const outcomes = await Promise.allSettled([
        ledger.begin({ ...request, key: 'a\0b' }),
        ledger.begin({ ...request, key: 'a\ud800b' }),
        ledger.begin({ ...request, key: KEY, owner: owner('run\0a') }),
        ledger.begin({ ...request, key: 'ключ 鍵 🔑' }, { events: [event('a', 0)] }),
      ]);
      const refused = { status: 'rejected', reason: { code: 'store_refused' } };
      expect(outcomes).toMatchObject([refused, refused, refused, { status: 'fulfilled' }]);
      expect((await ledger.lookup('ключ 鍵 🔑'))?.key).toBe('ключ 鍵 🔑');
      await expect(ledger.lookup('a\0b')).rejects.toMatchObject({ code: 'store_refused' });
      await sound(ledger, 1);
    },
  },
  {
    says: 'what was kept comes back as it was given, whatever is in it',
    async holds(open) {
      const ledger = await open();
      const output = {
        text: 'NUL \0, quote ", backslash \\, {braces}, NULL, 🔑',
        list: [null, true, -1, {}],
      };
      await begin(ledger, owner('NULL', '{"a",\\b}'));
      await ledger.finish({ key: KEY, fence: 1, result: 'done', output, now: 2 });
      expect(await ledger.lookup(KEY)).toMatchObject({ owner: owner('NULL', '{"a",\\b}'), output });
    },
  },
];

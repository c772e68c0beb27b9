/** What every store must make of limits: counted in the commit that begins a call, and given back only for certain. */
import { expect } from '@jest/globals';
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { Limit } from '../../activities/stores/reservations.ts';
import type { Law } from './law.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 25, 12);
const TEN: Limit = { name: 'ten-an-hour', counter: 'ten/tenant', windowMs: HOUR, most: 10 };

interface Ask {
  readonly run: string;
  readonly task?: string;
  readonly targets?: readonly string[];
  readonly weight?: number;
  readonly limits?: readonly Limit[];
  readonly now?: number;
}

async function begin(
  ledger: Ledger,
  { run, task = 'contain', targets = [run], weight = 1, limits = [TEN], now = NOON }: Ask,
) {
  const owner = { chain: run, workflowId: `cordon-p-${run}`, task };
  const reserve = { limits, targets: targets.map((id) => ({ id, weight })) };
  const request = { key: `${run}/${task}`, owner, inputsDigest: 'inputs', reserve, now };
  return (await ledger.begin(request)).answer;
}

const kinds = async (answers: readonly ReturnType<typeof begin>[]) =>
  (await Promise.all(answers)).map(({ kind }) => kind);

const finish = (
  ledger: Ledger,
  run: string,
  result: 'done' | 'released' | 'retry' | 'indeterminate',
  fence = 1,
) => ledger.finish({ key: `${run}/contain`, fence, result, output: null, now: NOON + 1 });

const fill = async (ledger: Ledger, count: number, now = NOON) =>
  kinds(Array.from({ length: count }, (_, at) => begin(ledger, { run: `fill-${at}`, now })));

export const reservationLaws: readonly Law<Ledger>[] = [
  {
    says: 'P08: of fifty runs at once at a limit of ten, exactly ten may call',
    async holds(open) {
      const answers = await fill(await open(), 50);
      expect(answers.filter((kind) => kind === 'begun')).toHaveLength(10);
      expect(answers.filter((kind) => kind === 'over_limit')).toHaveLength(40);
    },
  },
  {
    says: 'P08: also where they come one after the other',
    async holds(open) {
      const ledger = await open();
      const answers: string[] = [];
      for (let at = 0; at < 15; at += 1) answers.push((await begin(ledger, { run: `run-${at}` })).kind);
      expect(answers.filter((kind) => kind === 'begun')).toHaveLength(10);
    },
  },
  {
    says: 'whoever is over the limit is told which, and claims nothing',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 10);
      expect(await begin(ledger, { run: 'late' })).toEqual({
        kind: 'over_limit',
        limit: TEN,
        taken: 10,
        asked: 1,
      });
      expect(await ledger.lookup('late/contain')).toBeNull();
    },
  },
  {
    says: 'P08: a retry finds its own reservation and takes nothing twice',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 9);
      expect((await begin(ledger, { run: 'again' })).kind).toBe('begun');
      await finish(ledger, 'again', 'retry');
      expect((await begin(ledger, { run: 'again' })).kind).toBe('begun');
      await finish(ledger, 'again', 'retry', 2);
      expect((await begin(ledger, { run: 'again' })).kind).toBe('begun');
      expect((await begin(ledger, { run: 'other' })).kind).toBe('over_limit');
    },
  },
  {
    says: 'P08: a crash between reservation and result keeps it, and the attempt after the crash too',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 9);
      await begin(ledger, { run: 'crashed' });
      expect((await begin(ledger, { run: 'crashed' })).kind).toBe('interrupted');
      expect((await begin(ledger, { run: 'other' })).kind).toBe('over_limit');
      await finish(ledger, 'crashed', 'indeterminate', 2);
      expect((await begin(ledger, { run: 'other' })).kind).toBe('over_limit');
    },
  },
  {
    says: 'what certainly was not sent gives its place back; what was done does not',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 8);
      await begin(ledger, { run: 'released' });
      await begin(ledger, { run: 'done' });
      await finish(ledger, 'released', 'released');
      await finish(ledger, 'done', 'done');
      expect(await kinds([begin(ledger, { run: 'next' }), begin(ledger, { run: 'after' })])).toEqual([
        'begun',
        'over_limit',
      ]);
    },
  },
  {
    says: 'a place given back and taken again at once is counted once',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 9);
      await begin(ledger, { run: 'quick' });
      const [, again] = await Promise.all([
        finish(ledger, 'quick', 'released'),
        begin(ledger, { run: 'quick' }),
      ]);
      expect(again.kind).toBe('begun');
      expect((await begin(ledger, { run: 'other' })).kind).toBe('over_limit');
    },
  },
  {
    says: 'the window moves on: what is older than it counts no more',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 10);
      expect((await begin(ledger, { run: 'soon', now: NOON + HOUR - 1 })).kind).toBe('over_limit');
      expect((await begin(ledger, { run: 'later', now: NOON + HOUR })).kind).toBe('begun');
    },
  },
  {
    says: 'P08: a clock set back one hour does not reset the window',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 10);
      for (const back of [1, HOUR, 5 * HOUR])
        expect((await begin(ledger, { run: `back-${back}`, now: NOON - back })).kind).toBe('over_limit');
    },
  },
  {
    says: 'targets are counted, not calls, and a group weighs what it holds',
    async holds(open) {
      const ledger = await open();
      const four = ['a', 'b', 'c', 'd'];
      expect((await begin(ledger, { run: 'r1', targets: four })).kind).toBe('begun');
      expect((await begin(ledger, { run: 'r2', targets: ['group'], weight: 7 })).kind).toBe('over_limit');
      expect((await begin(ledger, { run: 'r3', targets: ['group'], weight: 6 })).kind).toBe('begun');
      expect((await begin(ledger, { run: 'r4' })).kind).toBe('over_limit');
    },
  },
  {
    says: 'of several limits all must hold, and one that does not leaves the others untouched',
    async holds(open) {
      const ledger = await open();
      const two: Limit = { name: 'two-a-run', counter: 'two/run/r1', windowMs: null, most: 2 };
      const asks = ['t1', 't2', 't3'].map((task) => begin(ledger, { run: 'r1', task, limits: [TEN, two] }));
      expect(await kinds(asks)).toEqual(['begun', 'begun', 'over_limit']);
      expect((await fill(ledger, 9)).filter((kind) => kind === 'begun')).toHaveLength(8);
      const never = { run: 'r1', task: 't4', limits: [two], now: NOON + 1_000 * HOUR };
      expect((await begin(ledger, never)).kind).toBe('over_limit');
    },
  },
  {
    says: 'a person who frees a call whose fate was open frees its place',
    async holds(open) {
      const ledger = await open();
      await fill(ledger, 9);
      await begin(ledger, { run: 'open' });
      await finish(ledger, 'open', 'indeterminate');
      const owner = { chain: 'open', workflowId: 'cordon-p-open', task: 'contain' };
      const settled = {
        key: 'open/contain',
        owner,
        inputsDigest: 'inputs',
        result: 'released',
        now: NOON,
      } as const;
      expect((await ledger.settle(settled)).answer).toBe(true);
      expect((await begin(ledger, { run: 'next' })).kind).toBe('begun');
    },
  },
];

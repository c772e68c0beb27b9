/** One task as the activities would do it, on a store of which a write breaks. */
import { expect } from '@jest/globals';
import { sha256Hex } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { allBytes, event, parsed } from '../audit/samples.ts';
import { verdictOf, type Place } from '../contracts/place.ts';

/**
 * How a write breaks. lost: it is not stored. kept: it is stored and nobody learns of it. lost twice: it is not
 * stored, and the attempt to clean up breaks as well. cut: the store is gone in the middle, and nobody can tell.
 */
export type Break = 'lost' | 'kept' | 'lost twice' | 'cut';

export interface Fault {
  readonly how: Break;
  /** Which write breaks, counted from 0. */
  readonly at: number;
}

export interface Fragile {
  readonly ledger: Ledger;
  readonly place: Pick<Place, 'source' | 'password' | 'open'>;
  /** What was written so far, first words first. */
  readonly writes: readonly string[];
}

const owner = { chain: 'a', workflowId: 'cordon-p-a', task: 'contain' };
const text = '{"card":1}';

interface Step {
  readonly name: string;
  readonly events: number;
  run(ledger: Ledger): Promise<unknown>;
}

/** Each is one commit, and is repeated until it is acknowledged. */
export const STEPS: readonly Step[] = [
  { name: 'append', events: 2, run: (ledger) => ledger.append([event('a', 0), event('b', 0)]) },
  {
    name: 'card',
    events: 1,
    run: (ledger) => ledger.put({ kind: 'card', digest: sha256Hex(text), text }, [event('a', 1)]),
  },
  {
    name: 'begin',
    events: 2,
    run: (ledger) =>
      ledger.begin(
        { key: 'k', owner, inputsDigest: 'i', now: 1 },
        { events: [event('a', 2)], record: () => [event('a', 3)] },
      ),
  },
  {
    name: 'finish',
    events: 1,
    async run(ledger) {
      const fence = (await ledger.lookup('k'))?.fence ?? 0;
      return ledger.finish(
        { key: 'k', fence, result: 'done', output: 'x', now: 2 },
        { record: () => [event('a', 4)] },
      );
    },
  },
];

async function entriesIn({ place }: Fragile): Promise<number> {
  const verdict = await verdictOf(place);
  expect(verdict).toMatchObject({ kind: 'verified' });
  return verdict.entries;
}

/** Takes the steps, each until it succeeds; checks from outside after each try. Returns how often a step failed. */
export async function walk(fragile: Fragile, { how, at }: Fault): Promise<number> {
  const { ledger, writes } = fragile;
  let failures = 0;
  let stored = 0;
  for (const step of STEPS) {
    for (let tries = 0; ; tries += 1) {
      expect(tries).toBeLessThan(4);
      const outcome = await step.run(ledger).then(
        () => null,
        (error: unknown) => error,
      );
      if (outcome === null) break;
      failures += 1;
      expect(outcome).toMatchObject({ code: 'store_unavailable' });
      const survived = writes.at(at)?.startsWith('COMMIT') === true && how !== 'lost' && how !== 'lost twice';
      const possible = [
        survived && how === 'kept' ? [] : [stored],
        survived ? [stored + step.events] : [],
      ].flat();
      expect(possible).toContain(await entriesIn(fragile));
    }
    stored += step.events;
    expect(await entriesIn(fragile)).toBe(stored);
  }
  return failures;
}

/** What must be there in the end, once each and in order, found by a store that is opened anew. */
export async function expectAll({ place }: Fragile): Promise<void> {
  const reopened = await place.open();
  const coordinates = (await allBytes(reopened)).map((bytes) => {
    const { body } = parsed(bytes);
    return `${body.run} ${body.coordinate}`;
  });
  expect(coordinates).toEqual(['chain-a 0', 'chain-b 0', 'chain-a 1', 'chain-a 2', 'chain-a 3', 'chain-a 4']);
  expect((await reopened.head()).size).toBe(STEPS.reduce((sum, { events }) => sum + events, 0));
  expect(await reopened.lookup('k')).toMatchObject({ state: 'done', output: 'x' });
  expect(await reopened.get('card', sha256Hex(text))).toBe(text);
  await reopened.close();
}

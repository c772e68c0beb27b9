/** Random graphs, random trouble. The seed is in the suite's name; CORDON_SEED repeats a run. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { rehearse } from '../../client/rehearsal/rehearse.ts';
import { lineOf } from '../../client/rehearsal/differences.ts';
import { STATUSES } from '../../workflows/language/playbook.ts';
import { complaints } from './laws.ts';
import { expectedEnds } from './oracle.ts';
import { calm, stormy, tasks, weather } from './random-playbooks.ts';
import { perform, type Staged, type Staging } from './staging.ts';

const seed = Number(process.env['CORDON_SEED'] ?? Date.now() % 2 ** 31);

/** Time for what is drawn by the seed, shrinking included. A run takes 20 to 80 ms. */
const LIMIT_MS = 1_500;

/** Drawn first for every property: the same on every machine, and however slow it is, performed to the end. */
const FIXED = { seed: 2, numRuns: 6, endOnFailure: true } as const;

async function holds<T extends readonly unknown[]>(property: fc.IAsyncProperty<T>): Promise<void> {
  for (const drawn of [FIXED, { seed, numRuns: 60, interruptAfterTimeLimit: LIMIT_MS }]) {
    const details = await fc.check(property, drawn);
    if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  }
}

/** Minutes after which the run must continue as a new one. */
const times = fc.array(fc.nat(700), { maxLength: 6 });

function suspended(minutes: readonly number[]): Staging {
  return { suspendAt: [...minutes].sort((a, b) => a - b).map((at) => `${at}m`) };
}

function endsOf({ report }: Staged): { readonly [task: string]: string } {
  return Object.fromEntries(Object.entries(report.tasks).map(([name, { status }]) => [name, status]));
}

describe(`random playbooks, seed ${seed}`, () => {
  test('where nothing depends on who is quicker, both walks end every task as the script foretells', async () => {
    await holds(
      fc.asyncProperty(tasks, async (all) => {
        const expected = expectedEnds(all);
        for (const walk of ['layers', 'ready'] as const) {
          const script = calm(all, walk);
          const staged = await perform(script);
          expect(complaints(script, staged)).toEqual([]);
          expect(endsOf(staged)).toEqual(expected);
        }
      }),
    );
  }, 60_000);

  test('a run that continues as a new one time and again ends as if it had not, and calls nothing more', async () => {
    let continued = 0;
    await holds(
      fc.asyncProperty(tasks, times, async (all, minutes) => {
        const script = calm(all, 'layers');
        const staged = await perform(script, suspended(minutes));
        continued += staged.continued;
        expect(complaints(script, staged)).toEqual([]);
        expect(endsOf(staged)).toEqual(expectedEnds(all));
        const straight = await perform(script);
        expect(staged.calls.map(({ task }) => task)).toEqual(straight.calls.map(({ task }) => task));
        const lines = ({ facts }: Staged): string[] =>
          facts
            .map(lineOf)
            .filter((line) => line !== 'run_continued')
            .sort();
        expect(lines(staged)).toEqual(lines(straight));
      }),
    );
    // The fixed draws alone continue seven times.
    expect(continued).toBeGreaterThan(2);
  }, 60_000);

  test('with equal keys, cancellation and people who speak when they please, every law holds all the same', async () => {
    await holds(
      fc.asyncProperty(tasks, weather, times, async (all, sky, minutes) => {
        const script = stormy(all, sky);
        expect(complaints(script, await perform(script, suspended(minutes)))).toEqual([]);
      }),
    );
  }, 60_000);

  test('the playbooks drawn end in every way a task can end, save by cancellation', () => {
    const drawn = fc.sample(tasks, { seed: 1, numRuns: 200 });
    const ends = new Set(drawn.flatMap((all) => Object.values(expectedEnds(all))));
    expect([...STATUSES].filter((status) => !ends.has(status))).toEqual(['cancelled']);
    expect(Math.max(...drawn.map((all) => all.length))).toBeGreaterThan(50);
  });

  test('what these properties watch is what `cordon rehearse` performs', async () => {
    const [all] = fc.sample(tasks, { seed, numRuns: 1 });
    const script = calm(all ?? [], 'layers');
    const [staged, rehearsed] = [await perform(script), await rehearse(script, '.')];
    if (rehearsed.kind === 'refused') throw new Error(rehearsed.problems.join('\n'));
    expect(staged.facts).toEqual(rehearsed.facts);
    expect(staged.report).toMatchObject({ status: rehearsed.report.status, counts: rehearsed.report.counts });
  });
});

/** From samples to a verdict: medians, what is compared, and whether the budget holds. */

export interface Measure {
  /** Stable, for whoever reads the JSON. */
  readonly id: string;
  readonly what: string;
  readonly unit: 'ms' | 's' | 'tasks/s' | 'entries/s' | 'decisions/s' | 'events' | 'bytes' | 'MiB' | '%';
  readonly samples: readonly Sample[];
  /** Null: the figure is told and nothing is demanded of it. */
  readonly budget: Budget | null;
}

/** Two figures taken one right after the other, so that a busy machine is equally busy for both. */
export interface Sample {
  readonly ours: number;
  /** Null where there is no alternative to compare with. */
  readonly bare: number | null;
}

export interface Budget {
  /** `ratio` is ours through bare, `extra` ours less bare. */
  readonly of: 'ours' | 'ratio' | 'extra';
  readonly bound: 'at_most' | 'at_least';
  readonly limit: number;
}

export interface Judged {
  readonly id: string;
  readonly what: string;
  readonly unit: Measure['unit'];
  /** Medians over all rounds. */
  readonly ours: number;
  readonly bare: number | null;
  /** Medians of the rounds' own ratios and differences, which is why they may differ from those of the medians. */
  readonly ratio: number | null;
  readonly extra: number | null;
  readonly rounds: number;
  readonly budget: Budget | null;
  readonly held: boolean;
}

/** Throws when there is no sample: a bench that measured nothing must not pass. */
export function judge({ id, what, unit, samples, budget }: Measure): Judged {
  const pairs = samples.flatMap(({ ours, bare }) => (bare === null ? [] : [{ ours, bare }]));
  const ofPairs = (figure: (pair: { readonly ours: number; readonly bare: number }) => number) =>
    pairs.length === 0 ? null : median(pairs.map(figure));
  const figures = {
    ours: median(samples.map(({ ours }) => ours)),
    bare: ofPairs(({ bare }) => bare),
    ratio: ofPairs(({ ours, bare }) => ours / bare),
    extra: ofPairs(({ ours, bare }) => ours - bare),
  };
  const held = budget === null || holds(figures[budget.of], budget);
  return { id, what, unit, ...figures, rounds: samples.length, budget, held };
}

function holds(figure: number | null, { bound, limit }: Budget): boolean {
  if (figure === null || !Number.isFinite(figure)) return false;
  return bound === 'at_most' ? figure <= limit : figure >= limit;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const before = sorted[Math.ceil(sorted.length / 2) - 1];
  if (middle === undefined || before === undefined)
    throw new Error('nothing was measured, so there is no median');
  return (middle + before) / 2;
}

/** From samples to a verdict: medians, what is compared, and whether the budget holds. */

export interface Measure {
  /** Stable, for whoever reads the JSON. */
  readonly id: string;
  readonly what: string;
  readonly unit: 'ms' | 's' | 'tasks/s' | 'entries/s' | 'decisions/s' | 'events' | 'bytes' | 'MiB' | '%';
  readonly samples: readonly Sample[];
  readonly budget: Budget;
}

/** Two figures taken one right after the other, so that a busy machine is equally busy for both. */
export interface Sample {
  readonly ours: number;
  readonly bare: number;
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
  readonly bare: number;
  /** Medians of the rounds' own ratios and differences, which is why they may differ from those of the medians. */
  readonly ratio: number;
  readonly extra: number;
  readonly rounds: number;
  readonly budget: Budget;
  readonly held: boolean;
}

/** Throws when there is no sample: a bench that measured nothing must not pass. */
export function judge({ id, what, unit, samples, budget }: Measure): Judged {
  const figures = {
    ours: median(samples.map(({ ours }) => ours)),
    bare: median(samples.map(({ bare }) => bare)),
    ratio: median(samples.map(({ ours, bare }) => ours / bare)),
    extra: median(samples.map(({ ours, bare }) => ours - bare)),
  };
  const rounds = samples.length;
  return { id, what, unit, ...figures, rounds, budget, held: holds(figures[budget.of], budget) };
}

function holds(figure: number, { bound, limit }: Budget): boolean {
  if (!Number.isFinite(figure)) return false;
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

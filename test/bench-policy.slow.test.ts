import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { measurePolicy, openBenchedPolicy, overBudget, type BenchedPolicy } from '../bench/policy.ts';

jest.setTimeout(60_000);

describe('What a decision costs', () => {
  let benched: BenchedPolicy;
  beforeAll(async () => {
    benched = await openBenchedPolicy();
  });

  test('is measured over the questions of the shipped set, and memory stays flat', async () => {
    const figures = await measurePolicy(benched, 2_000);
    expect(figures.decisions).toBe(2_000);
    expect(figures.median_ms).toBeGreaterThan(0);
    expect(figures.p99_ms).toBeGreaterThanOrEqual(figures.median_ms);
    expect(figures.per_second).toBeGreaterThan(500);
    expect(figures.grown_mb).toBeLessThan(32);
  });

  test('is told where it is over its budget (control)', () => {
    const figures = { per_second: 10, median_ms: 2, p99_ms: 3, decisions: 10, grown_mb: 100 };
    expect(overBudget(figures, 9)).toHaveLength(3);
    expect(overBudget({ ...figures, per_second: 3_000, median_ms: 0.3, grown_mb: 1 }, 9)).toEqual([]);
  });
});

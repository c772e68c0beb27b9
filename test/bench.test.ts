import { describe, expect, test } from '@jest/globals';
import { judge, median, type Budget, type Measure } from '../bench/budget.ts';
import { bundleContent } from '../bench/bundle-content.ts';
import { reportOf, tableOf, type ReportInput } from '../bench/report.ts';
import type { Bundle } from '../worker/bundle.ts';
import { streamOver } from '../client/terminal.ts';

const measure = (budget: Budget, samples: Measure['samples']): Measure => ({
  id: 'sequential_task',
  what: 'sequential task',
  unit: 'ms',
  samples,
  budget,
});
const atMost = (of: Budget['of'], limit: number): Budget => ({ of, bound: 'at_most', limit });

const root = new URL('../', import.meta.url).pathname;
const bundleOf = (...modules: readonly string[]): Bundle => ({
  modules: modules.map((module) => root + module),
  workflows: { code: `${'x'.repeat(2048)}\n//# sourceMappingURL=data:abc`, sourceMap: '' },
});
const reported = (input: Partial<ReportInput>): ReturnType<typeof reportOf> =>
  reportOf({
    measures: [],
    bundle: bundleContent(bundleOf('workflows/index.ts')),
    history: { ours: { total: 0, byType: {} }, bare: { total: 0, byType: {} } },
    server: 'a server',
    seconds: 1,
    ...input,
  });
const shown = (report: ReturnType<typeof reportOf>): string =>
  tableOf(report, streamOver({ write: () => {} }, {}));

describe('a budget', () => {
  test('is held up to its very limit and broken beyond it (control)', () => {
    const slow = [{ ours: 30, bare: 20 }];
    expect(judge(measure(atMost('ratio', 1.5), slow)).held).toBe(true);
    expect(judge(measure(atMost('ratio', 1.49), slow)).held).toBe(false);
    expect(judge(measure(atMost('extra', 9), slow)).held).toBe(false);
    expect(judge(measure(atMost('ours', 9), slow)).held).toBe(false);
    const throughput = { of: 'ratio', bound: 'at_least', limit: 0.65 } as const;
    expect(judge(measure(throughput, [{ ours: 64, bare: 100 }])).held).toBe(false);
    expect(judge(measure(throughput, [{ ours: 65, bare: 100 }])).held).toBe(true);
  });

  test('compares what was measured side by side, so that one slow moment decides nothing', () => {
    const samples = [
      { ours: 12, bare: 10 },
      { ours: 120, bare: 100 },
      { ours: 500, bare: 10 },
    ];
    const judged = judge(measure(atMost('ratio', 1.5), samples));
    expect(judged).toMatchObject({ ours: 120, bare: 10, ratio: 1.2, extra: 20, rounds: 3, held: true });
  });

  test('is not held by a figure that is no number, and not judged without figures', () => {
    expect(judge(measure(atMost('ratio', 1.5), [{ ours: 0, bare: 0 }])).held).toBe(false);
    expect(() => judge(measure(atMost('ratio', 1.5), []))).toThrow('nothing was measured');
  });

  test('median: the middle, or halfway between the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('the bundle', () => {
  test('holds our workflows and the SDK, measured without its source map', () => {
    const content = bundleContent(
      bundleOf('workflows/walk/walk.ts', 'node_modules/@temporalio/workflow/lib/index.js'),
    );
    expect(content).toEqual({ strangers: [], modules: 2, kib: 2 });
  });

  test('a parser, a schema library or the doing side in it is named', () => {
    const content = bundleContent(
      bundleOf('node_modules/zod/v4/core.js', 'node_modules/yaml/dist/index.js', 'activities/act.ts'),
    );
    expect(content.strangers).toEqual([`${root}activities/act.ts`, 'yaml', 'zod']);
    expect(reported({ bundle: content }).held).toBe(false);
  });
});

describe('the report', () => {
  test('says ok when all budgets are held', () => {
    const report = reported({ measures: [judge(measure(atMost('ratio', 1.5), [{ ours: 12, bare: 10 }]))] });
    expect(report.held).toBe(true);
    expect(shown(report)).toMatch(/sequential task +12\.0 ms +10\.0 ms +1\.20 +ratio ≤ 1\.5 +ok/);
  });

  test('says OVER on the line of the budget that is not, and fails as a whole (control)', () => {
    const report = reported({
      measures: [
        judge(measure(atMost('ratio', 1.5), [{ ours: 12, bare: 10 }])),
        judge(measure(atMost('extra', 5), [{ ours: 16.2, bare: 10 }])),
      ],
    });
    expect(report.held).toBe(false);
    expect(shown(report)).toMatch(/≤ 5 ms more \(6\.2\) +OVER/);
    expect(shown(report).match(/OVER/g)).toHaveLength(1);
  });
});

/** What the bench says: a table for people, and the same figures as JSON. */
import { availableParallelism } from 'node:os';
import { table, type Cell } from '../client/render/table.ts';
import type { Stream } from '../client/terminal.ts';
import type { Judged, Measure } from './budget.ts';
import type { BundleContent } from './bundle-content.ts';
import type { Measured } from './measures.ts';

export interface BenchReport {
  readonly at: string;
  readonly machine: { readonly cpus: number; readonly node: string; readonly server: string };
  readonly seconds: number;
  readonly measures: readonly Judged[];
  readonly bundle: BundleContent;
  readonly history: Measured['history'];
  readonly held: boolean;
}

export interface ReportInput extends Pick<BenchReport, 'seconds' | 'measures' | 'bundle' | 'history'> {
  readonly server: string;
}

export function reportOf({ server, ...figures }: ReportInput): BenchReport {
  return {
    at: new Date().toISOString(),
    machine: { cpus: availableParallelism(), node: process.version, server },
    ...figures,
    held: figures.measures.every(({ held }) => held) && figures.bundle.strangers.length === 0,
  };
}

/** Budgets of whole commands, which are measured where those commands are run. */
const ELSEWHERE = 'Not measured here: a warm demo takes at most 20 s, npm run check at most 60 s.';

export function tableOf(report: BenchReport, stream: Stream): string {
  const { measures, bundle, machine, history } = report;
  const bundleRow = [
    'bundle',
    `${bundle.kib} KiB`,
    '',
    '',
    'no parser, schema or Node code',
    mark(bundle.strangers.length === 0, stream),
  ];
  return [
    `${machine.server}; Node ${machine.node}; ${machine.cpus} CPUs; ${report.seconds} s\n\n`,
    measuresTable(measures, stream, [bundleRow]),
    ...(bundle.strangers.length === 0 ? [] : [`\nIn the bundle: ${bundle.strangers.join(', ')}\n`]),
    `\nHistory of 20 sequential tasks: ${events(history.ours.byType)}\n`,
    `By hand: ${events(history.bare.byType)}\n`,
    `\n${ELSEWHERE}\n`,
  ].join('');
}

export function measuresTable(
  measures: readonly Judged[],
  stream: Stream,
  more: readonly (readonly Cell[])[] = [],
): string {
  const columns = ['measure', 'ours', 'bare', 'ratio', 'budget', ''].map((title) => ({ title }));
  const rows = measures.map((measure): readonly Cell[] => [
    measure.what,
    figure(measure.ours, measure.unit),
    measure.bare === null ? '' : figure(measure.bare, measure.unit),
    measure.ratio === null ? '' : measure.ratio.toFixed(2),
    budgetText(measure),
    measure.budget === null ? '' : mark(measure.held, stream),
  ]);
  return table(columns, [...rows, ...more], stream);
}

function mark(held: boolean, { colours }: Stream): Cell {
  return held ? { text: 'ok', paint: colours.green } : { text: 'OVER', paint: colours.red };
}

function figure(value: number, unit: Measure['unit']): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

export function budgetText({ budget, unit, extra }: Judged): string {
  if (budget === null) return 'told only';
  const { of, bound, limit } = budget;
  const sign = bound === 'at_most' ? '≤' : '≥';
  switch (of) {
    case 'ours':
      return `${sign} ${limit} ${unit}`;
    case 'ratio':
      return `ratio ${sign} ${limit}`;
    case 'extra':
      return `${sign} ${limit} ${unit} more (${(extra ?? 0).toFixed(1)})`;
    default:
      return of satisfies never;
  }
}

function events(byType: { readonly [type: string]: number }): string {
  return Object.entries(byType)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}

/**
 * What a decision costs: the shipped set with its schema, on one thread, nothing else in the process.
 *
 * - Decisions a second, requests validated against the schema, over the questions of the set's own cases.
 * - One decision beside a bare activity round trip, which is what it is added to.
 * - Memory over many decisions: a run of a year must not end a worker.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Policy, PolicyQuestion } from '../activities/policy/engine.ts';
import { openPolicy, POLICY_DEFAULTS } from '../activities/policy/index.ts';
import { questionOf, testTable } from '../activities/policy/testing/table.ts';

const SHIPPED = fileURLToPath(new URL('../policies', import.meta.url));

/** What is demanded; `decision_share` is of a bare activity round trip. */
export const POLICY_BUDGET = { per_second: 2_000, decision_share: 0.05, memory_mb: 32 } as const;

export interface PolicyFigures {
  /** Of processor time: what else runs on the machine does not decide. */
  readonly per_second: number;
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly decisions: number;
  /** Resident memory after the last decision less that after the first tenth. */
  readonly grown_mb: number;
}

export interface BenchedPolicy {
  readonly policy: Policy;
  readonly questions: readonly PolicyQuestion[];
}

/** Throws when the shipped set cannot be opened. */
export async function openBenchedPolicy(): Promise<BenchedPolicy> {
  const opened = await openPolicy({ ...POLICY_DEFAULTS, folder: SHIPPED });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  const table = testTable.parse(parse(readFileSync(join(SHIPPED, 'tests.yaml'), 'utf8')));
  return { policy: opened.engine, questions: table.cases.map((one) => questionOf(table, one)) };
}

/** Asks question after question, from the beginning again when they are through. */
export async function measurePolicy(
  { policy, questions }: BenchedPolicy,
  decisions: number,
): Promise<PolicyFigures> {
  const times = new Float64Array(decisions);
  await ask(policy, questions, 500);
  const began = process.cpuUsage();
  let settled = 0;
  for (let at = 0; at < decisions; at += 1) {
    const question = questions[at % questions.length];
    if (question === undefined) throw new Error('there is nothing to ask');
    const from = performance.now();
    await policy.decide(question);
    times[at] = performance.now() - from;
    if (at === Math.floor(decisions / 10)) settled = residentMb();
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  times.sort();
  return {
    per_second: Math.round(decisions / seconds),
    median_ms: times[Math.floor(decisions / 2)] ?? 0,
    p99_ms: times[Math.floor(decisions * 0.99)] ?? 0,
    decisions,
    grown_mb: residentMb() - settled,
  };
}

async function ask(policy: Policy, questions: readonly PolicyQuestion[], count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const question = questions[at % questions.length];
    if (question !== undefined) await policy.decide(question);
  }
}

/** Garbage is collected first where the process allows it (`--expose-gc`). */
function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / (1024 * 1024);
}

/** Each line names a figure that is over its budget. `roundTripMs`: a bare activity's; null where none was measured. */
export function overBudget(figures: PolicyFigures, roundTripMs: number | null): readonly string[] {
  const { per_second: rate, median_ms: median, grown_mb: grown } = figures;
  const share = roundTripMs === null ? 0 : median / roundTripMs;
  return [
    rate < POLICY_BUDGET.per_second
      ? `${rate} decisions a second; ${POLICY_BUDGET.per_second} are demanded`
      : '',
    share > POLICY_BUDGET.decision_share
      ? `a decision takes ${(share * 100).toFixed(1)} % of a bare activity; ${POLICY_BUDGET.decision_share * 100} % are allowed`
      : '',
    grown > POLICY_BUDGET.memory_mb
      ? `memory grew by ${Math.round(grown)} MB; ${POLICY_BUDGET.memory_mb} are allowed`
      : '',
  ].filter((line) => line !== '');
}

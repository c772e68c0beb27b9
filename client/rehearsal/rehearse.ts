/** Performs one rehearsal and says what differed from what was expected. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { sha256 } from '../../activities/keys.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import { checkContext } from '../../workflows/language/context.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { formatProblem } from '../../workflows/language/problem.ts';
import { sealPlan } from '../../workflows/language/seal.ts';
import type { RunRef } from '../../workflows/ports.ts';
import type { Fact } from '../../workflows/walk/fact.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { createClock } from './clock.ts';
import { differences } from './differences.ts';
import { markDone } from './earlier.ts';
import { rehearsalSchema, type Rehearsal } from './script.ts';
import type { Callbook } from './scripted-world.ts';
import { createAttempts } from './stage.ts';
import { takeBack } from './take-back.ts';
import { walkThrough } from './walk-through.ts';
import { rehearsalWorld } from './world.ts';

/** 2026-01-05T09:00:00Z: a Monday morning, so that reports of rehearsals read like any other. */
const CURTAIN = Date.UTC(2026, 0, 5, 9);

export type Performed =
  | {
      readonly kind: 'performed';
      readonly report: RunReport;
      readonly facts: readonly Fact[];
      readonly calls: Callbook['calls'];
      /** On the rehearsal's clock. */
      readonly tookMs: number;
      /** The undos after it, in order. */
      readonly undone: readonly Performed[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

export interface Rehearsed {
  readonly name: string;
  readonly performed: Performed;
  /** Empty when everything came as expected. */
  readonly differences: readonly string[];
}

/** `file` is YAML in the format of script.ts. A script that cannot be read is a difference too. */
export async function rehearseFile(file: string): Promise<Rehearsed> {
  const unreadable = (problems: readonly string[]): Rehearsed => ({
    name: basename(file),
    performed: { kind: 'refused', problems },
    differences: problems,
  });
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    return unreadable([
      `${file} cannot be read as YAML: ${error instanceof Error ? error.message : 'unknown error'}`,
    ]);
  }
  const script = rehearsalSchema.safeParse(raw);
  if (!script.success)
    return unreadable(
      script.error.issues.slice(0, 20).map((issue) => `${file}, ${issue.path.join('.')}: ${issue.message}`),
    );
  const performed = await rehearse(script.data, dirname(file));
  return { name: script.data.rehearsal, performed, differences: differences(script.data, performed) };
}

/** `folder` is what the playbook's path is relative to. */
export async function rehearse(rehearsal: Rehearsal, folder: string): Promise<Performed> {
  const clock = createClock(CURTAIN);
  const attempts = createAttempts();
  const callbook: Callbook = { calls: [] };
  const world = rehearsalWorld(rehearsal, clock, attempts, callbook);
  const planned = planOf(rehearsal, folder, world.catalogue);
  if (planned.kind === 'refused') return planned;
  const { plan, context } = planned;
  const { digest } = sealPlan(plan, sha256, canonical);
  const run: RunRef = {
    workflowId: `cordon-${plan.playbook.id}-${rehearsal.case}`,
    chain: 'rehearsal',
    runId: 'rehearsal',
    startedAt: CURTAIN,
    caseId: rehearsal.case,
    playbook: plan.playbook.id,
    playbookVersion: plan.playbook.version,
    planDigest: digest,
    severity: plan.playbook.severity,
    requestedBy: rehearsal.requested_by,
  };
  await world.ledger.put({ kind: 'plan', digest, text: canonical(plan) });
  await markDone(rehearsal, plan, run, context, world);
  const performed = await walkThrough(rehearsal, { plan, run, context, world, clock, attempts, callbook });
  const undone = await takeBack(rehearsal, performed, { plan, run, world, clock, callbook });
  return { ...performed, undone };
}

type Planned =
  | { readonly kind: 'planned'; readonly plan: Plan; readonly context: JsonObject }
  | Extract<Performed, { kind: 'refused' }>;

function planOf(
  rehearsal: Rehearsal,
  folder: string,
  catalogue: Parameters<typeof compilePlaybook>[1],
): Planned {
  const inline = typeof rehearsal.playbook !== 'string';
  const file = typeof rehearsal.playbook === 'string' ? resolve(folder, rehearsal.playbook) : 'rehearsal';
  const source = inline ? stringify(rehearsal.playbook) : readFileSync(file);
  const parsed = parsePlaybook(source, basename(file));
  if (parsed.kind === 'problems') return refused(parsed.problems.map(formatProblem));
  const playbook =
    rehearsal.walk === undefined ? parsed.playbook : { ...parsed.playbook, walk: rehearsal.walk };
  const compiled = compilePlaybook(playbook, catalogue, {
    file: basename(file),
    locate: parsed.locate,
    requireConnector: true,
    ...(rehearsal.provider === undefined ? {} : { provider: rehearsal.provider }),
  });
  if (compiled.kind === 'problems') return refused(compiled.problems.map(formatProblem));
  const checked = checkContext(compiled.plan, rehearsal.context);
  if (checked.kind === 'problems')
    return refused(checked.problems.map(({ message, remedy }) => `context: ${message}. ${remedy}`));
  return { kind: 'planned', plan: compiled.plan, context: checked.context };
}

function refused(problems: readonly string[]): Extract<Performed, { kind: 'refused' }> {
  return { kind: 'refused', problems };
}

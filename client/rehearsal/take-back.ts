/** The undos of a rehearsal: those that the script asks for, and the one that a playbook does by itself once it failed. */
import { planUndo } from '../../activities/undo/plan.ts';
import type { World } from '../../activities/world.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { UNDO_PLAYBOOK, undoIdFor } from '../../workflows/language/reserved.ts';
import type { RunRef } from '../../workflows/ports.ts';
import type { Clock } from './clock.ts';
import { undosOf } from './differences.ts';
import type { Performed } from './rehearse.ts';
import type { Rehearsal, ScriptedUndo } from './script.ts';
import type { Callbook } from './scripted-world.ts';
import { createAttempts } from './stage.ts';
import { walkThrough } from './walk-through.ts';

interface After {
  readonly plan: Plan;
  readonly run: RunRef;
  readonly world: World;
  readonly clock: Clock;
  readonly callbook: Callbook;
}

type Asked = Pick<ScriptedUndo, 'task' | 'people'>;

export async function takeBack(
  rehearsal: Rehearsal,
  { report }: Extract<Performed, { kind: 'performed' }>,
  after: After,
): Promise<readonly Performed[]> {
  const asked: readonly Asked[] = undosOf(rehearsal);
  const byItself = after.plan.onFailure === 'undo' && report.status === 'failed';
  const due = asked.length === 0 && byItself ? [{ people: [] }] : asked;
  const undone: Performed[] = [];
  for (const [at, one] of due.entries()) undone.push(await undo(one, at, after));
  return undone;
}

async function undo(
  { task, people }: Asked,
  at: number,
  { run, world, clock, callbook }: After,
): Promise<Performed> {
  const { workflowId, chain, caseId } = run;
  const asked = { workflow_id: workflowId, run_id: chain, ...(task === undefined ? {} : { task }) };
  const planned = await planUndo(world, caseId, asked);
  if (planned.kind === 'refused') return planned;
  const { plan, digest } = planned.sealed;
  const attempts = createAttempts(`undo-${at}`);
  const itself: RunRef = {
    ...run,
    workflowId: undoIdFor(workflowId),
    chain: `${chain}-undo-${at}`,
    runId: `${chain}-undo-${at}`,
    startedAt: clock.now(),
    playbook: UNDO_PLAYBOOK,
    playbookVersion: plan.playbook.version,
    planDigest: digest,
  };
  return walkThrough(
    { people },
    { plan, run: itself, context: {}, world: { ...world, pulse: attempts.pulse }, clock, attempts, callbook },
  );
}

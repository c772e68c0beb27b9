/** An undo that no connector could make is left to a person, who is told at once. */
import { wellFormed } from '../../workflows/audit/canonical.ts';
import type { Call, RunRef } from '../../workflows/ports.ts';
import type { Fault } from '../../workflows/walk/outcome.ts';
import { byHandSubject, byHandText, everybody } from '../approvals/notices.ts';
import { Undo } from '../catalogue/undo.ts';
import { sha256 } from '../keys.ts';
import { appendFacts } from '../record.ts';
import type { World } from '../world.ts';

/** What `confirm` leaves as the task's output. */
export const DONE_BY_HAND = { changed: true, now: 'put back by hand, as a person says' } as const;

/** What is to be put back, where, and why it could not be. */
export function instructionsFor({ question, targets }: Call, fault: Fault): string {
  const read = Undo.input.safeParse(question.inputs);
  const { what, task, run } = read.success ? read.data : { what: '', task: question.task, run: '' };
  return wellFormed(
    [
      `Put this back by hand: ${what}`,
      `Where: ${targets.join(', ')} (through ${question.connector}); it was done by ${task} of ${run}.`,
      `Why it could not be: ${fault.message} (${fault.code}).`,
      'Look first at how it is now: somebody else may have changed it since.',
    ].join('\n'),
  );
}

/** Receipts of what it recorded. That nobody could be told stops nothing: the task waits in the inbox as well. */
export async function pageSomebody(
  world: World,
  run: RunRef,
  { question }: Call,
  at: number,
): Promise<readonly string[]> {
  const { notices, rosters } = world.approvals;
  if (notices === null) return [];
  const current = rosters === null ? null : await rosters.current();
  const to = everybody(notices, current?.kind === 'roster' ? current.roster : null);
  const subject = byHandSubject(run, question.task);
  const text = byHandText(notices, run, question.task);
  let told = 0;
  for (const address of to) {
    const key = sha256(`${run.chain}/${question.task}/by_hand/${address}`);
    if (await notices.send({ to: address, subject, text, key })) told += 1;
  }
  const details = { occasion: 'by_hand', told, failed: to.length - told };
  const coordinate = `tell/${question.task}/by_hand`;
  return appendFacts(world, run, [{ event: 'approvers_told', task: question.task, details, at, coordinate }]);
}

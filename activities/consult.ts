/** What policy says of a question with the approvals that stand now: asked when it is judged, and before every attempt. */
import type { Glass, Lapse, Question, RunRef } from '../workflows/ports.ts';
import type { Verdict } from '../workflows/walk/verdict.ts';
import { recount } from './approvals/ballot.ts';
import { inquiryFor, type Inquiry } from './inquiry.ts';
import type { Pins } from './pins.ts';
import type { World } from './world.ts';

export interface Consulted {
  readonly inquiry: Inquiry;
  readonly verdict: Verdict;
  /** Why the approvals have lost their force; null where they have not, or where there are none. */
  readonly lapse: Lapse | null;
}

export async function consult(
  world: World,
  pins: Pins,
  run: RunRef,
  question: Question,
  targets: readonly string[],
  at: number,
): Promise<Consulted> {
  const { approvals, lapse, glass } = await recount(world, run, question.approvals, at);
  const inquiry = inquiryFor(world, run, { ...question, approvals }, targets, at);
  const said = await pins.decide(inquiry, question.pinned ?? null);
  return { inquiry, lapse, verdict: glass === null ? said : withGlass(said, glass) };
}

/** Where approvals are all that policy still wants, the glass stands for them. What it forbids stays forbidden. */
function withGlass(verdict: Verdict, { ticket, use }: Glass): Verdict {
  if (verdict.effect !== 'needs_approval') return verdict;
  const reason = `one person acts alone in an emergency (${ticket}, use ${use.slice(0, 12)}), to be reviewed`;
  return {
    ...verdict,
    effect: 'allow',
    rules: [{ id: 'break_glass', effect: 'guard', reason }, ...verdict.rules],
  };
}

/**
 * Whether a card still stands in the run that would use it. It belongs to the execution that opened it, and to those
 * that continue it. A reset makes another execution out of the same history, and brings old signals along without
 * those who sent them: nothing approved before counts there.
 */
import type { CardBody, Lapse, RunRef } from '../../workflows/ports.ts';

/** How an execution began, in the server's words. */
export interface Origin {
  /** The execution whose start event this is: another one after a reset. */
  readonly originalRunId: string;
  /** The execution that this one continues; null for the first of a chain. */
  readonly continuedFrom: string | null;
}

/** Null for an execution that the server does not know any more. Throws when it cannot be asked. */
export type FindOrigin = (workflowId: string, runId: string) => Promise<Origin | null>;

/** A run that continued more often than this while one card was open is not believed. */
const MOST_CONTINUED = 500;

/** Null while the card stands. */
export async function lapseOfCard(
  findOrigin: FindOrigin,
  { workflowId, runId }: Pick<RunRef, 'workflowId' | 'runId'>,
  body: Pick<CardBody, 'workflowId' | 'runId'>,
): Promise<Lapse | null> {
  if (body.workflowId !== workflowId) return OTHER_RUN;
  let at = runId;
  for (let hops = 0; hops < MOST_CONTINUED; hops += 1) {
    if (at === body.runId) return null;
    const origin = await findOrigin(workflowId, at);
    if (origin === null || origin.originalRunId !== at || origin.continuedFrom === null) return OTHER_RUN;
    at = origin.continuedFrom;
  }
  return OTHER_RUN;
}

const OTHER_RUN: Lapse = {
  code: 'other_run',
  reason: 'the card was opened by an execution that this one does not continue, as after a reset',
};

/** Why working papers may not go yet: somebody still needs them. */
import { hasEnded } from '../../worker/ended.ts';
import { openTemporal } from '../connection.ts';
import { oneLine } from '../render/text.ts';
import type { RecordedRun } from './runs.ts';
import { countsOf, type RunPapers } from './survey.ts';

/** Whether a run is over, as the record or else the server says; null where the server does not answer. */
export type IsOver = (run: RecordedRun) => Promise<boolean | null>;

/** Problems, each with its code and what to do. None where the papers may go. */
export async function refusals(
  papers: readonly RunPapers[],
  loseUndo: boolean,
  isOver: IsOver,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { run } of papers) {
    const over = await isOver(run);
    if (over !== true) problems.push(runOpen(run, over));
  }
  if (loseUndo) return problems;
  const own = new Set(papers.map(({ run }) => run.chain));
  const undos = new Map(papers.flatMap((one) => one.undos).map((undo) => [undo.chain, undo]));
  for (const undo of undos.values())
    if (!own.has(undo.chain) && (await isOver(undo)) !== true) problems.push(undoOpen(undo));
  const { undoable } = countsOf(papers);
  if (undoable.length > 0) problems.push(undoPossible(undoable));
  return problems;
}

/** An undo that is under way may ask for its plan again; that one goes when it is over. */
export async function withoutOpenPlans(
  papers: readonly RunPapers[],
  isOver: IsOver,
): Promise<readonly RunPapers[]> {
  const kept: RunPapers[] = [];
  for (const one of papers) {
    const open = new Set<string | null>();
    for (const undo of one.undos) if ((await isOver(undo)) !== true) open.add(undo.plan);
    kept.push({ ...one, documents: one.documents.filter(({ digest }) => !open.has(digest)) });
  }
  return kept;
}

function runOpen({ workflowId }: RecordedRun, over: boolean | null): string {
  const run = oneLine(workflowId);
  return over === null
    ? `run_open: the record does not say that ${run} has ended, and Temporal does not answer; reach it and repeat`
    : `run_open: ${run} is under way and needs what its tasks gave; wait for its end, or end it with \`cordon cancel ${run}\``;
}

function undoOpen({ workflowId }: RecordedRun): string {
  return `undo_open: ${oneLine(workflowId)} is taking it back and needs how it was before; wait for its end, or say --lose-undo: then it is left to a person`;
}

function undoPossible(tasks: readonly string[]): string {
  return `undo_possible: ${tasks.map((task) => oneLine(task)).join(', ')} can still be undone with what is saved; undo first what shall be undone, or say --lose-undo: then nobody can any more`;
}

/** Asks the server only for runs whose end is not in the record, and connects once. */
export async function withEnds<Result>(work: (isOver: IsOver) => Promise<Result>): Promise<Result> {
  let opened: Awaited<ReturnType<typeof openTemporal>> | null = null;
  try {
    return await work(async ({ ended, workflowId, chain }) => {
      if (ended) return true;
      opened ??= await openTemporal();
      if (opened.kind === 'unreachable') return null;
      return hasEnded(opened.client, workflowId, chain).catch(() => null);
    });
  } finally {
    const last = opened as Awaited<ReturnType<typeof openTemporal>> | null;
    if (last?.kind === 'open') await last.close();
  }
}

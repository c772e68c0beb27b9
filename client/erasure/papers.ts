/** Working papers of runs: how they go, and what is said of that. */
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { PapersErased, PapersErasure } from '../../activities/stores/papers.ts';
import type { Secrets } from '../../activities/secrets/index.ts';
import type { RunPapers } from './survey.ts';
import type { Authority } from './values.ts';

export interface PapersGone extends PapersErased {
  /** What actions had found before they changed something, kept where secrets are. */
  readonly found: number;
  /** Names of such that only a person can remove. */
  readonly notRemoved: readonly string[];
}

export type PapersEnd =
  | { readonly kind: 'gone'; readonly gone: PapersGone }
  /** Somebody did it between the look and the deed. */
  | { readonly kind: 'undoable'; readonly tasks: readonly string[] };

export async function erasePapers(
  ledger: Pick<Ledger, 'erasePapers'>,
  secrets: Pick<Secrets, 'forget'> | null,
  papers: readonly RunPapers[],
  loseUndo: boolean,
  authority: Authority,
): Promise<PapersEnd> {
  const at = Date.now();
  const answers = await ledger.erasePapers(papers.map((one) => erasureOf(one, loseUndo, authority, at)));
  const tasks = answers.flatMap((answer) => (answer.kind === 'undoable' ? answer.tasks : []));
  if (tasks.length > 0) return { kind: 'undoable', tasks };
  const erased = answers.flatMap((answer) => (answer.kind === 'erased' ? [answer] : []));
  const sum = (of: (one: PapersErased) => number): number =>
    erased.reduce((total, one) => total + of(one), 0);
  return {
    kind: 'gone',
    gone: {
      outputs: sum(({ outputs }) => outputs),
      saved: sum(({ saved }) => saved),
      cards: sum(({ cards }) => cards),
      plans: sum(({ plans }) => plans),
      undoLost: erased.flatMap(({ undoLost }) => undoLost),
      ...(await forgetFound(secrets, papers)),
    },
  };
}

function erasureOf(
  { run, claims, documents }: RunPapers,
  loseUndo: boolean,
  { as: by, reason }: Authority,
  at: number,
): PapersErasure {
  const { chain, workflowId: workflow } = run;
  return {
    chain,
    keys: claims.map(({ key }) => key),
    documents,
    loseUndo,
    act: ({ undoLost, ...counts }) => ({
      event: 'papers_erased',
      details: { run: chain, workflow, ...counts, undo_lost: undoLost, by, reason },
      at,
      about: chain,
    }),
  };
}

/** After the claims: as long as those stand, a call may be repeated and look for it. */
async function forgetFound(
  secrets: Pick<Secrets, 'forget'> | null,
  papers: readonly RunPapers[],
): Promise<Pick<PapersGone, 'found' | 'notRemoved'>> {
  let found = 0;
  const notRemoved: string[] = [];
  for (const name of papers.flatMap((one) => one.found)) {
    const removed = secrets === null ? null : await secrets.forget(name).catch(() => null);
    if (removed === true) found += 1;
    if (removed === null) notRemoved.push(name);
  }
  return { found, notRemoved };
}

/** How calls come to their commits: those that wait at the same time share one. */
import type { Draft } from '../../workflows/audit/draft.ts';
import type { Receipt } from './audit.ts';
import type { Recorded } from './claims.ts';
import { createCommitter } from './committer.ts';
import { decideGroup, questionsOf, type Call, type GroupConclusion, type Wishes } from './group.ts';
import type { CounterNeed } from './reservations.ts';
import { createRunEnds } from './run-ends.ts';
import type { Tables } from './tables.ts';

export const NO_WISHES: Wishes = {
  claims: [],
  documents: [],
  drafts: [],
  erasures: [],
  papers: [],
  reservations: [],
  returned: null,
};

/** What a call comes to. Its caller's own fault is a value, so that it spoils nobody else's work. */
export type Share<Answer> =
  | { readonly kind: 'ok'; readonly answer: Answer; readonly wishes: Wishes }
  | { readonly kind: 'fault'; readonly error: unknown };

/** Takes calls in groups, each group in one commit, and answers after it. */
export function createSubmit(tables: Tables, now: () => number) {
  const runEnds = createRunEnds();
  const committer = createCommitter<Call>(async (calls, sent) => {
    // No generator is written here: making a new generator function for each commit costs more than running one.
    const ahead = questionsOf(calls, runEnds);
    const early: { conclusion: GroupConclusion | null } = { conclusion: null };
    const conclusion = await tables.commit(
      ahead,
      (head, found) => decideGroup(calls, { head, ahead, found }, runEnds, now()),
      (foreseen) => {
        early.conclusion = foreseen;
        foreseen.expect();
        sent();
      },
    );
    if (conclusion !== early.conclusion) conclusion.expect();
    conclusion.keep();
  });
  const call = async <Answer>(
    keys: readonly string[],
    drafts: readonly Draft[],
    counters: readonly CounterNeed[],
    decide: (...args: Parameters<Call['decide']>) => Share<Answer>,
  ): Promise<Recorded<Answer>> => {
    const outcome: { share: Share<Answer> | null; receipts: readonly Receipt[] } = {
      share: null,
      receipts: [],
    };
    await committer.submit({
      keys,
      drafts,
      counters,
      decide(claim, reserved) {
        const share = decide(claim, reserved);
        outcome.share = share;
        return share.kind === 'ok' ? share.wishes : NO_WISHES;
      },
      placed: (receipts) => (outcome.receipts = receipts),
    });
    if (outcome.share?.kind === 'ok') return { answer: outcome.share.answer, receipts: outcome.receipts };
    throw outcome.share?.error ?? new Error('a commit ended without deciding a call');
  };
  return { call, close: committer.close };
}

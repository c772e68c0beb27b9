/** How calls come to their commits: those that wait at the same time share one. */
import type { Draft } from '../../workflows/audit/draft.ts';
import type { Receipt } from './audit.ts';
import type { Recorded } from './claims.ts';
import { createCommitter } from './committer.ts';
import { foresightOf } from './foresight.ts';
import {
  decideGroup,
  NO_WISHES,
  questionsOf,
  type Call,
  type Events,
  type GroupConclusion,
  type Question,
  type Wishes,
} from './group.ts';
import type { CounterNeed } from './reservations.ts';
import { createRunEnds } from './run-ends.ts';
import type { Proposal, Tables } from './tables.ts';

/** What a call comes to. Its caller's own fault is a value, so that it spoils nobody else's work. */
export type Share<Answer> =
  | { readonly kind: 'ok'; readonly answer: Answer; readonly wishes: Wishes }
  | { readonly kind: 'fault'; readonly error: unknown };

/** Takes calls in groups, each group in one commit, and answers after it. */
export function createSubmit(tables: Tables, now: () => number) {
  const runEnds = createRunEnds();
  const propose = (calls: readonly Call[]): Proposal<GroupConclusion> => ({
    foresight: foresightOf(calls, runEnds, now),
    questions: () => questionsOf(calls, runEnds),
    // No generator is written here: making a new generator function for each commit costs more than running one.
    deliberate: (start) => decideGroup(calls, start, runEnds, now()),
  });
  const committer = createCommitter<Call>((calls, sent) => tables.commit(propose(calls), sent));
  const call = <Answer>(
    keys: readonly string[],
    drafts: readonly Draft[],
    counters: readonly CounterNeed[],
    decide: (...args: Parameters<Question['decide']>) => Share<Answer>,
  ): Promise<Recorded<Answer>> => {
    const outcome: { share: Share<Answer> | null; receipts: readonly Receipt[] } = {
      share: null,
      receipts: [],
    };
    const question: Question = {
      kind: 'question',
      keys,
      drafts,
      counters,
      decide(claim, reserved) {
        const share = decide(claim, reserved);
        outcome.share = share;
        return share.kind === 'ok' ? share.wishes : NO_WISHES;
      },
      placed: (receipts) => (outcome.receipts = receipts),
    };
    return committer.submit(question, () => {
      if (outcome.share?.kind === 'ok') return { answer: outcome.share.answer, receipts: outcome.receipts };
      throw outcome.share?.error ?? new Error('a commit ended without deciding a call');
    });
  };
  const record = (drafts: readonly Draft[]): Promise<readonly Receipt[]> => {
    let receipts: readonly Receipt[] = [];
    const events: Events = { kind: 'events', drafts, placed: (places) => (receipts = places) };
    return committer.submit(events, () => receipts);
  };
  return { call, record, close: committer.close };
}

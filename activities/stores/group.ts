/**
 * What a group of calls makes of the tables. Four questions at most, however large the group: what the calls know they
 * need, asked with the lock; what is new to us because others wrote; what follows from the claims they found; and whether
 * refusals are on record already. Mostly the first is the only one.
 */
import { draftConflict, type Draft } from '../../workflows/audit/draft.ts';
import { ALL_AS_THEY_ARE, areDistinct, tellApart } from './apart.ts';
import type { Receipt } from './audit.ts';
import type { ClaimRecord } from './claims.ts';
import type { Left } from './committer.ts';
import { nodeCodec } from './codec.ts';
import type { StoredDocument } from './documents.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import type { PaperName } from './papers.ts';
import { createPlacement, isSameLog, placeToCheck, refuseReplacedLog } from './placement.ts';
import type { CounterNeed, ReservationRow, Reserver } from './reservations.ts';
import type { RunEnds } from './run-ends.ts';
import { createTally, type Tally } from './tally.ts';
import {
  NO_NEEDS,
  type Changes,
  type Deliberation,
  type Found,
  type HeadRow,
  type Needs,
  type Start,
} from './tables.ts';
import type { ValueName } from './values.ts';

/** What one call wants written. */
export interface Wishes {
  readonly claims: readonly ClaimRecord[];
  readonly documents: readonly StoredDocument[];
  readonly drafts: readonly Draft[];
  readonly erasures: readonly ValueName[];
  readonly papers: readonly PaperName[];
  readonly reservations: readonly ReservationRow[];
  /** Whose reservations shall go. */
  readonly returned: Reserver | null;
}

/** Calls of a group are decided in the order they came; each sees what those before it did. */
export type Call = Events | Question;

interface AnyCall {
  /** What it wishes for whatever is found: read for the group at once. */
  readonly drafts: readonly Draft[];
  /** Told inside the transaction where what it wished for will stand, one receipt each. */
  placed(receipts: readonly Receipt[]): void;
}

/** Events shall be recorded, and that is all. */
export interface Events extends AnyCall {
  readonly kind: 'events';
}

/** Decides by what is there. */
export interface Question extends AnyCall {
  readonly kind: 'question';
  /** Of the claims it will need. */
  readonly keys: readonly string[];
  readonly counters: readonly CounterNeed[];
  /** MUST be quick and pure, and wish for nothing when its caller is at fault. */
  decide(claim: (key: string) => ClaimRecord | null, reserved: Tally['rowsOf']): Wishes;
}

export const NO_WISHES: Wishes = {
  claims: [],
  documents: [],
  drafts: [],
  erasures: [],
  papers: [],
  reservations: [],
  returned: null,
};

/** `expect` remembers what the next group follows, `keep` what is durable. */
export type GroupConclusion = Changes & Left;

/** What the group needs whatever the head is. */
export function questionsOf(calls: readonly Call[], runEnds: RunEnds): Needs {
  const claims = new Set<string>();
  const entries = new Set<string>();
  const runs = new Set<string>();
  const counters: CounterNeed[] = [];
  for (const call of calls) {
    if (call.kind === 'question') {
      for (const key of call.keys) claims.add(key);
      counters.push(...call.counters);
    }
    for (const { id, run } of call.drafts) {
      entries.add(id);
      if (!runEnds.remembers(run)) runs.add(run);
    }
  }
  return {
    claims: [...claims],
    entries: [...entries],
    runs: [...runs],
    tailFrom: null,
    values: [],
    counters,
  };
}

export function* decideGroup(
  calls: readonly Call[],
  { head, ahead, found }: Start,
  runEnds: RunEnds,
  now: number,
): Deliberation<GroupConclusion> {
  const left = runEnds.left(head);
  const known = createKnowledge(runEnds.recall(head), ahead);
  const tally = createTally(ahead.counters);
  known.learn(found);
  tally.learn(found.reservations);
  if (left !== null && !isSameLog(left, head)) yield* learnOfOthers(left, head, known, calls);

  const wishes = calls.map((call) => {
    if (call.kind === 'events') return { ...NO_WISHES, drafts: call.drafts };
    const wish = call.decide(known.claim, tally.rowsOf);
    if (wish.returned !== null) tally.giveBack(wish.returned);
    tally.reserve(wish.reservations);
    for (const claim of wish.claims) known.setClaim(claim);
    return wish;
  });
  const drafts = wishes.flatMap((wish) => wish.drafts);
  const { named, refused } =
    drafts.every(known.isNew) && areDistinct(drafts) ? ALL_AS_THEY_ARE : yield* tellApart(drafts, known);

  const placement = createPlacement(head, now, known.endOf);
  const place = (draft: Draft): Receipt => {
    const standing = known.receipt(draft.id);
    if (standing !== null) return standing;
    const receipt = placement.add(draft);
    known.setReceipt(receipt);
    return receipt;
  };
  const placeOrRefuse = (draft: Draft): Receipt => {
    if (!refused.has(draft)) return place(draft);
    const conflict = draftConflict(draft, place(draft).index, nodeCodec);
    return { ...place(conflict), kind: 'conflict' };
  };
  const placed = (draft: Draft): Receipt => placeOrRefuse(named.get(draft) ?? draft);
  calls.forEach((call, at) => call.placed((wishes[at]?.drafts ?? []).map(placed)));
  return {
    entries: placement.entries,
    head: placement.entries.length === 0 ? null : placement.head(),
    claims: known.changedClaims(),
    documents: [...wishes.flatMap((wish) => wish.documents), ...placement.documents],
    values: placement.values,
    erasures: wishes.flatMap((wish) => wish.erasures),
    papers: wishes.flatMap((wish) => wish.papers),
    returned: tally.returned(),
    reservations: tally.reservations(),
    expect: () => runEnds.expect(placement.head(), placement.ends),
    keep: () => runEnds.keep(placement.head()),
  };
}

/** P6, and where the runs end that we took to end elsewhere. */
function* learnOfOthers(
  left: HeadRow,
  head: HeadRow,
  known: Knowledge,
  calls: readonly Call[],
): Generator<Needs, void, Found> {
  const tailFrom = placeToCheck(left, head);
  const { runs } = known.lacking(calls.flatMap(({ drafts }) => drafts));
  const found = tailFrom === null && runs.length === 0 ? null : yield { ...NO_NEEDS, runs, tailFrom };
  refuseReplacedLog(left, head, found?.tail ?? []);
  if (found !== null) known.learn(found);
}

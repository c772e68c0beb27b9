/**
 * What a group of calls makes of the tables. Four questions at most, however large the group: what the calls know they
 * need, asked with the lock; what is new to us because others wrote; what follows from the claims they found; and whether
 * refusals are on record already. Mostly the first is the only one.
 */
import { draftConflict, draftVariant, type Draft } from '../../workflows/audit/draft.ts';
import type { Receipt } from './audit.ts';
import type { ClaimRecord } from './claims.ts';
import { drawSalt, nodeCodec } from './codec.ts';
import type { StoredDocument } from './documents.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import type { PaperName } from './papers.ts';
import { createPlacement, placeToCheck, refuseReplacedLog } from './placement.ts';
import type { CounterNeed, ReservationRow, Reserver } from './reservations.ts';
import type { RunEnds } from './run-ends.ts';
import { isSameDraft, isSameEvent } from './same-event.ts';
import { createTally, type Tally } from './tally.ts';
import { NO_NEEDS, type Changes, type Deliberation, type Found, type HeadRow, type Needs } from './tables.ts';
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
export interface Call {
  /** Keys of the claims it will need, and drafts it will wish for whatever it finds: read for the group at once. */
  readonly keys: readonly string[];
  readonly drafts: readonly Draft[];
  readonly counters: readonly CounterNeed[];
  /** MUST be quick and pure, and wish for nothing when its caller is at fault. */
  decide(claim: (key: string) => ClaimRecord | null, reserved: Tally['rowsOf']): Wishes;
  /** Told inside the transaction where its drafts will stand, one receipt each. */
  placed(receipts: readonly Receipt[]): void;
}

export interface GroupConclusion extends Changes {
  /** Remembers what was left behind. MUST be called when the changes are durable, and not before. */
  keep(): void;
}

/** The head as it was found under the lock, and what the questions asked with it came to. */
export interface Start {
  readonly head: HeadRow;
  readonly ahead: Needs;
  readonly found: Found;
}

/** What the group needs whatever the head is. */
export function questionsOf(calls: readonly Call[], runEnds: RunEnds): Needs {
  const drafts = calls.flatMap((call) => call.drafts);
  const runs = new Set(drafts.map(({ run }) => run));
  return {
    ...NO_NEEDS,
    claims: [...new Set(calls.flatMap(({ keys }) => keys))],
    entries: [...new Set(drafts.map(({ id }) => id))],
    runs: [...runs].filter((run) => !runEnds.remembers(run)),
    counters: calls.flatMap(({ counters }) => counters),
  };
}

export function* decideGroup(
  calls: readonly Call[],
  { head, ahead, found }: Start,
  runEnds: RunEnds,
  now: number,
): Deliberation<GroupConclusion> {
  const left = runEnds.left();
  const known = createKnowledge(runEnds.recall(head), ahead);
  const tally = createTally(new Set(ahead.counters.map(({ counter }) => counter)));
  known.learn(found);
  tally.learn(found.reservations);
  yield* learnOfOthers(left, head, known, calls);

  const wishes = calls.map((call) => {
    const wish = call.decide(known.claim, tally.rowsOf);
    if (wish.returned !== null) tally.giveBack(wish.returned);
    tally.reserve(wish.reservations);
    for (const claim of wish.claims) known.setClaim(claim);
    return wish;
  });
  const wished = wishes.map((wish) => wish.drafts);
  yield* learnOf(wished.flat(), known);
  const { named, refused } = yield* nameApart(wished.flat(), known);
  yield* learnOf(
    [...refused].map((draft) => draftConflict(draft, 0, nodeCodec)),
    known,
  );

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
  calls.forEach((call, at) => call.placed((wished[at] ?? []).map(placed)));
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
    keep: () => runEnds.keep(placement.head(), placement.ends),
  };
}

/** P6, and where the runs end that we took to end elsewhere. Nothing to ask where nobody else wrote. */
function* learnOfOthers(
  left: HeadRow | null,
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

/** Entries under the drafts' ids, ends of their runs, and of the entries found the values that they commit to. */
function* learnOf(drafts: readonly Draft[], known: Knowledge): Generator<Needs, void, Found> {
  const needs = known.lacking(drafts);
  if (needs.entries.length > 0 || needs.runs.length > 0) known.learn(yield needs);
  const standing = new Set(drafts.flatMap(({ id }) => known.entry(id)?.index ?? []));
  if (standing.size > 0) known.learn(yield { ...NO_NEEDS, values: [...standing] });
}

/** No step runs again so often, and learns something else each time. */
const MOST_VARIANTS = 1000;

/**
 * Finds drafts under the id of another event, be that one on record or earlier in this group. Those that may vary get the
 * first variant that is free, or says the same; the others are refused.
 */
function* nameApart(
  drafts: readonly Draft[],
  known: Knowledge,
): Generator<
  Needs,
  { readonly named: ReadonlyMap<Draft, Draft>; readonly refused: ReadonlySet<Draft> },
  Found
> {
  const firsts = new Map<string, Draft>();
  const named = new Map<Draft, Draft>();
  const refused = new Set<Draft>();
  for (const draft of drafts) {
    let candidate = draft;
    for (let ordinal = 2; isTaken(candidate, firsts, known); ordinal += 1) {
      if (!draft.mayVary || ordinal > MOST_VARIANTS) {
        refused.add(draft);
        break;
      }
      candidate = draftVariant(draft, ordinal, nodeCodec, drawSalt);
      yield* learnOf([candidate], known);
    }
    if (candidate !== draft) named.set(draft, candidate);
    if (!refused.has(draft)) firsts.set(candidate.id, firsts.get(candidate.id) ?? candidate);
  }
  return { named, refused };
}

/** By another event: one that says the same is no other. */
function isTaken(draft: Draft, firsts: ReadonlyMap<string, Draft>, known: Knowledge): boolean {
  const standing = known.entry(draft.id);
  if (standing !== null) return !isSameEvent(standing, known.valuesOf(standing.index), draft);
  const first = firsts.get(draft.id);
  return first !== undefined && !isSameDraft(first, draft);
}

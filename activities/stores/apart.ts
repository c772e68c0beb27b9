/** Drafts that come under one id: with events on record, or with each other. */
import { draftConflict, draftVariant, type Draft } from '../../workflows/audit/draft.ts';
import { drawSalt, nodeCodec } from './codec.ts';
import type { Knowledge } from './knowledge.ts';
import { isSameDraft, isSameEvent } from './same-event.ts';
import { NO_NEEDS, type Found, type Needs } from './tables.ts';

/** Drafts that get another name, under which they are placed; and those that are not placed. */
export interface Apart {
  readonly named: ReadonlyMap<Draft, Draft>;
  readonly refused: ReadonlySet<Draft>;
}

export const ALL_AS_THEY_ARE: Apart = { named: new Map(), refused: new Set() };

export function areDistinct(drafts: readonly Draft[]): boolean {
  return drafts.length < 2 || new Set(drafts.map(({ id }) => id)).size === drafts.length;
}

/** Asks for what it must know of each. */
export function* tellApart(drafts: readonly Draft[], known: Knowledge): Generator<Needs, Apart, Found> {
  yield* learnOf(drafts, known);
  const apart = yield* nameApart(drafts, known);
  yield* learnOf(
    [...apart.refused].map((draft) => draftConflict(draft, 0, nodeCodec)),
    known,
  );
  return apart;
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
function* nameApart(drafts: readonly Draft[], known: Knowledge): Generator<Needs, Apart, Found> {
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

/**
 * A group of events is decided as it mostly turns out, before anything is locked or asked: nobody else wrote, and they are
 * new. The store writes what was foreseen only if that is so; if not, the group is decided by what is found.
 */
import { areDistinct } from './apart.ts';
import type { Call, Events, GroupConclusion } from './group.ts';
import { createPlacement, isSameLog } from './placement.ts';
import type { RunEnds } from './run-ends.ts';
import { NO_CHANGES, type Foresight, type HeadRow } from './tables.ts';

/** Not where claims, limits, documents or the ends of runs that we do not know decide. */
export function foresightOf(
  calls: readonly Call[],
  runEnds: RunEnds,
  now: () => number,
): Foresight<GroupConclusion> | null {
  if (!calls.every(isOfEvents)) return null;
  return (head) => foresee(calls, head, runEnds, now);
}

function isOfEvents(call: Call): call is Events {
  return call.kind === 'events';
}

function foresee(calls: readonly Events[], head: HeadRow, runEnds: RunEnds, now: () => number) {
  const left = runEnds.left(head);
  if (left === null || !isSameLog(left, head)) return null;
  const ends = runEnds.recall(head);
  const drafts = calls.flatMap((call) => call.drafts);
  if (drafts.length === 0 || !areDistinct(drafts) || !drafts.every(({ run }) => ends.has(run))) return null;
  const placement = createPlacement(head, now(), (run) => ends.get(run) ?? null);
  for (const call of calls) call.placed(call.drafts.map(placement.add));
  // They may be there already, which only a look can tell.
  if (placement.documents.length > 0) return null;
  const { entries, values } = placement;
  const after = placement.head();
  return {
    ...NO_CHANGES,
    entries,
    values,
    head: after,
    expect: () => runEnds.expect(after, placement.ends),
    keep: () => runEnds.keep(after),
  };
}

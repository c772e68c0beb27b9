/**
 * While the server takes the lock and looks for what was asked, a group is decided as it mostly turns out: nobody else
 * wrote, and its events are new. The answer says whether that is so; if not, the group is decided by what was found.
 */
import {
  NO_NEEDS,
  type Changes,
  type Deliberation,
  type Found,
  type HeadRow,
  type Needs,
} from '../tables.ts';

const NOTHING: Found = { claims: [], entries: [], ends: [], tail: [], values: [], reservations: [] };

export type Deliberate<Conclusion extends Changes> = (
  head: HeadRow,
  found: Found,
) => Deliberation<Conclusion>;

/** Null where it cannot be foreseen: where claims, limits or other runs' ends decide, or more would have to be asked. */
export function foresee<Conclusion extends Changes>(
  ahead: Needs,
  head: HeadRow | null,
  deliberate: Deliberate<Conclusion>,
): Conclusion | null {
  const { entries: _, ...rest } = ahead;
  if (head === null || Object.values({ ...NO_NEEDS, ...rest }).some(isAsked)) return null;
  try {
    const step = deliberate(head, NOTHING).next();
    return step.done === true ? step.value : null;
  } catch {
    // Whatever is wrong is told when it is decided by what was found.
    return null;
  }
}

function isAsked(need: Needs[keyof Needs]): boolean {
  return need !== null && (typeof need === 'number' || need.length > 0);
}

export function isAsForeseen(expected: HeadRow | null, head: HeadRow, found: Found): boolean {
  return (
    expected !== null &&
    expected.log === head.log &&
    expected.size === head.size &&
    expected.leaf === head.leaf &&
    expected.at === head.at &&
    Object.values(found).every((rows: readonly unknown[]) => rows.length === 0)
  );
}

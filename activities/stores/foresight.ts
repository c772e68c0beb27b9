/**
 * A group is decided as it mostly turns out, before anything is locked or asked: nobody else wrote, and its events are new.
 * The store writes what was foreseen only if that is so; if not, the group is decided by what is found.
 */
import {
  NO_CHANGES,
  NO_NEEDS,
  type Changes,
  type Deliberation,
  type Found,
  type HeadRow,
  type Needs,
} from './tables.ts';

const NOTHING: Found = { claims: [], entries: [], ends: [], tail: [], values: [], reservations: [] };

/** What only a look can tell. That an event is new shows when it is written. */
const LOOKS = (Object.keys(NO_NEEDS) as (keyof Needs)[]).filter((name) => name !== 'entries');

export type Deliberate<Conclusion extends Changes> = (
  head: HeadRow,
  found: Found,
) => Deliberation<Conclusion>;

/** Not where claims, limits or the ends of runs that we do not know decide. */
export function isForeseeable(ahead: Needs): boolean {
  return LOOKS.every((name) => !isAsked(ahead[name]));
}

/** Null where more would have to be asked, or written. `ahead` MUST be foreseeable. */
export function foresee<Conclusion extends Changes>(
  head: HeadRow,
  deliberate: Deliberate<Conclusion>,
): Conclusion | null {
  try {
    const step = deliberate(head, NOTHING).next();
    return step.done === true && isOfEntriesOnly(step.value) ? step.value : null;
  } catch {
    // Whatever is wrong is told when it is decided by what was found.
    return null;
  }
}

function isAsked(need: Needs[keyof Needs]): boolean {
  return need !== null && (typeof need === 'number' || need.length > 0);
}

/** What is written only after the head that was foreseen. Of every other table there must be nothing. */
const SENT: ReadonlySet<string> = new Set<keyof Changes>(['entries', 'head', 'values']);
const OTHERS = (Object.keys(NO_CHANGES) as (keyof Changes)[]).filter((name) => !SENT.has(name));

function isOfEntriesOnly(changes: Changes): boolean {
  return changes.head !== null && OTHERS.every((name) => isNone(changes[name]));
}

function isNone(rows: Changes[keyof Changes]): boolean {
  return Array.isArray(rows) && rows.length === 0;
}

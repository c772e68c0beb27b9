/** A part of a device's state: how it is read, and the ways that lead from one state of it to another. */
import { canonical } from '../../../workflows/audit/canonical.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Command } from './command.ts';
import { got, type Got } from './failure.ts';
import type { Session, Trail } from './session.ts';

/** A part of a device's state that can be read, compared and led from one value to another. */
export interface Facet<S extends JsonObject> {
  /** As faults name it: "the services". */
  readonly what: string;
  read(session: Session, trail: Trail): Promise<Got<S>>;
  /** The commands that lead from one state to another. MUST NOT depend on anything but the two. */
  steps(from: S, to: S): Got<readonly Command[]>;
  /**
   * The last of these steps, where they put into force what can be read already: whoever repeats a call cannot know
   * whether the attempt before it came so far. MUST be harmless when repeated. Absent: what is read is in force.
   */
  settle?(from: S, to: S): Got<readonly Command[]>;
  /** Makes the present state outlive a restart of the device. Sent once the change is confirmed. */
  readonly persist?: Got<readonly Command[]>;
}

export interface Brought<S> {
  readonly before: S;
  readonly after: S;
  /** Whether this call made the change, now or in an earlier attempt. */
  readonly changed: boolean;
}

export interface Ways {
  /** Empty: all is as wanted. */
  readonly forth: readonly Command[];
  readonly back: readonly Command[];
}

/**
 * From how it is to how it shall be, and back to how the first attempt found it. Where all reads as wanted, that
 * attempt may still have been cut off before it was put into force.
 */
export function waysOf<S extends JsonObject>(
  facet: Facet<S>,
  { now, before, wanted }: { readonly now: S; readonly before: S; readonly wanted: S },
): Got<Ways> {
  const forth = same(now, wanted) ? settling(facet, before, wanted) : facet.steps(now, wanted);
  if (forth.kind !== 'got') return forth;
  if (forth.value.length === 0) return got({ forth: [], back: [] });
  const back = facet.steps(wanted, before);
  return back.kind === 'got' ? got({ forth: forth.value, back: back.value }) : back;
}

function settling<S extends JsonObject>(facet: Facet<S>, from: S, to: S): Got<readonly Command[]> {
  return facet.settle === undefined || same(from, to) ? got([]) : facet.settle(from, to);
}

export function same(a: JsonObject, b: JsonObject): boolean {
  return canonical(a) === canonical(b);
}

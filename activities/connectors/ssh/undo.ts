/** Taking back what `bring` did, in the same way in which it was done: read, compare, change, read back. */
import { canonical } from '../../../workflows/audit/canonical.ts';
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Undone } from '../connector.ts';
import { bring } from './bring.ts';
import { same, type Brought, type Facet } from './facet.ts';
import { refused, type Got } from './failure.ts';
import type { SshTarget } from './target.ts';

/** What a `done` answer carries; nothing where nothing was changed. `place` says which device and what on it. */
export function savedFor<S extends JsonObject>(
  place: JsonObject,
  { before, after, changed }: Brought<S>,
): { readonly undo?: JsonObject } {
  return changed ? { undo: { place, before, after } } : {};
}

export interface Saved {
  readonly place: JsonObject;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** Null for what no performance of ours has saved. */
export function readSaved(saved: JsonObject): Saved | null {
  const { place, before, after } = saved;
  if (!isObject(place) || !isObject(before) || !isObject(after)) return null;
  return { place, before, after };
}

/** A word of what was saved; empty where there is none. */
export function wordIn(place: JsonObject, field: string): string {
  const word = place[field];
  return typeof word === 'string' ? word : '';
}

export interface TakingBack<S extends JsonObject> {
  readonly target: SshTarget;
  readonly call: CallContext;
  readonly facet: Facet<S>;
  readonly saved: { readonly before: S; readonly after: S };
  readonly revertSeconds: number | null;
}

export async function takeBack<S extends JsonObject>(taking: TakingBack<S>): Promise<Answer<Undone>> {
  const { target, call, facet, saved, revertSeconds } = taking;
  const goal = (now: S, begun: boolean): S | null =>
    same(now, saved.before) || same(now, saved.after) || (begun && between(now, saved.before, saved.after))
      ? saved.before
      : null;
  const brought: Got<Brought<S>> = await bring({ target, call, facet, goal, revertSeconds, purpose: 'undo' });
  if (brought.kind !== 'got') return brought;
  const { changed } = brought.value;
  const now = changed ? `${facet.what}: as before again` : `${facet.what}: had been taken back already`;
  return { kind: 'done', output: { changed, now } };
}

/** For an undo that is asked for with something we cannot have saved, or for a device no longer configured. */
export function cannotUndo(why: string): Answer<Undone> {
  return refused('undo_impossible', why);
}

/** Whether each part is as it was in the one state or in the other: as an undo leaves it that was cut off. */
function between(now: Json, before: Json | undefined, after: Json | undefined): boolean {
  if (isObject(now) && isObject(before) && isObject(after))
    return Object.entries(now).every(([part, is]) => between(is, before[part], after[part]));
  return [before, after].some((state) => canonical(state ?? null) === canonical(now));
}

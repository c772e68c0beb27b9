/** A setting that an action changes and can put back: read, compare, change, read back. */
import { canonical } from '../../workflows/audit/canonical.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { Answer, CallContext, Undo, Undone } from './connector.ts';
import { firstFound, type Got } from './found.ts';
import type { Failure } from './http-answer.ts';

export interface Setting<S extends JsonObject = JsonObject> {
  /** As a sentence names it: "the auto-forwarding of ada@corp.example". */
  readonly what: string;
  /** Each field is written by a request of its own, so that one may be changed and another not. */
  readonly inParts?: true;
  read(): Promise<Got<S>>;
  /** MUST answer `unknown` where a part of it may have been written. */
  write(to: S, from: S): Promise<Got<unknown>>;
}

export interface Brought<S> {
  readonly before: S;
  readonly after: S;
  /** By this attempt or an earlier one of the same call. */
  readonly changed: boolean;
}

export async function bring<S extends JsonObject>(
  setting: Setting<S>,
  call: CallContext,
  goal: (now: S) => S,
): Promise<Got<Brought<S>>> {
  const now = await setting.read();
  if (now.kind !== 'got') return now;
  const wanted = goal(now.value);
  const first = await firstFound(call, now.value);
  if (first.kind !== 'got') return first;
  if (same(now.value, wanted)) {
    const changed = !same(first.value, wanted);
    return { kind: 'got', value: { before: first.value, after: wanted, changed } };
  }
  const written = await put(setting, wanted, now.value);
  if (written.kind !== 'got') return written;
  const before = setting.inParts === true ? mended(now.value, wanted, first.value) : now.value;
  return { kind: 'got', value: { before, after: wanted, changed: true } };
}

/** A part that is as wanted already may be so by an earlier attempt: then what that one had found counts. */
function mended<S extends JsonObject>(now: S, wanted: S, first: S): S {
  const parts = Object.keys(now).map((part) => {
    const [is, shall, was] = [now, wanted, first].map((state) => state[part]);
    return [part, canonical(is ?? null) === canonical(shall ?? null) ? was : is];
  });
  return Object.fromEntries(parts) as S;
}

/** Done is what the provider says when it is asked again. */
async function put<S extends JsonObject>(setting: Setting<S>, to: S, from: S): Promise<Got<null>> {
  const written = await setting.write(to, from);
  if (written.kind !== 'got') return written;
  const back = await setting.read();
  if (back.kind === 'got' && same(back.value, to)) return { kind: 'got', value: null };
  return notConfirmed(setting.what, back.kind === 'got' ? 'it reads otherwise' : back.fault.message);
}

/** The change was taken; a repeat looks again, and writes again where it must. */
export function notConfirmed(what: string, why: string): Failure {
  const message = `${what} was changed, but reading it back does not confirm it: ${why}`;
  return { kind: 'unknown', fault: { code: 'not_confirmed', message } };
}

/** What a `done` answer carries; nothing where nothing was changed. */
export function savedFor<S extends JsonObject>(
  account: string,
  { before, after, changed }: Brought<S>,
): { readonly undo?: JsonObject } {
  return changed ? { undo: { account, before, after } } : {};
}

export function undoSetting<S extends JsonObject>(how: {
  readonly open: (account: string, call: CallContext, before: S) => Promise<Got<Setting<S>>>;
  /** What is so again afterwards. */
  readonly describe: (account: string, before: S) => string;
}): Undo {
  return {
    class: 'A',
    describe(saved) {
      const read = savedIn<S>(saved);
      return read === null ? NOTHING : how.describe(read.account, read.before);
    },
    async perform(saved, call) {
      const read = savedIn<S>(saved);
      if (read === null) return cannotUndo(NOTHING);
      const setting = await how.open(read.account, call, read.before);
      return setting.kind === 'got' ? takeBack(setting.value, read) : setting;
    },
  };
}

async function takeBack<S extends JsonObject>(
  setting: Setting<S>,
  { before, after }: { readonly before: S; readonly after: S },
): Promise<Answer<Undone>> {
  const now = await setting.read();
  if (now.kind !== 'got') return now;
  if (same(now.value, before))
    return { kind: 'done', output: { changed: false, now: `${setting.what}: had been taken back already` } };
  if (!isBetween(setting, now.value, before, after)) return moved(`${setting.what} has been changed since`);
  const written = await put(setting, before, now.value);
  if (written.kind !== 'got') return written;
  return { kind: 'done', output: { changed: true, now: `${setting.what}: as before again` } };
}

/** As the action left it; and of several parts, each as it was left or as it was found. */
function isBetween<S extends JsonObject>({ inParts }: Setting<S>, now: S, before: S, after: S): boolean {
  if (inParts !== true) return same(now, after);
  return Object.entries(now).every(([part, is]) =>
    [before, after].some((state) => canonical(state[part] ?? null) === canonical(is)),
  );
}

function savedIn<S extends JsonObject>({
  account,
  before,
  after,
}: JsonObject): { readonly account: string; readonly before: S; readonly after: S } | null {
  if (typeof account !== 'string' || !isObject(before) || !isObject(after)) return null;
  return { account, before: before as S, after: after as S };
}

export const NOTHING = 'nothing that can be taken back was saved';

export function moved(what: string): Failure {
  return { kind: 'refused', fault: { code: 'state_moved', message: `${what}; somebody decides there` } };
}

/** For what we cannot have saved, and for what is not there any more to be used. */
export function cannotUndo(why: string): Failure {
  return { kind: 'refused', fault: { code: 'undo_impossible', message: why } };
}

export function same(a: JsonObject, b: JsonObject): boolean {
  return canonical(a) === canonical(b);
}

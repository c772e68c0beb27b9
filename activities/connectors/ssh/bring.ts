/**
 * One way of changing a device, for every change: read, compare, note, change, read back.
 *
 * B1 Nothing is sent unless all of it, forth and back, can be said in allowed words.
 * B2 How things stood is noted on the device before the first change, once per call.
 * B3 With a timer, the change is confirmed over a second connection only; until then the device goes back.
 */
import { randomBytes } from 'node:crypto';
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { CallContext } from '../connector.ts';
import type { Command } from './command.ts';
import { same, waysOf, type Brought, type Facet, type Ways } from './facet.ts';
import { got, refused, unknown, type Failure, type Got } from './failure.ts';
import { readNote, writeNote } from './notes.ts';
import { arm, disarm, disarmAll } from './revert.ts';
import { outputOf, withSession, type Session, type Trail } from './session.ts';
import { nameOf, type SshTarget } from './target.ts';

export interface Bringing<S extends JsonObject> {
  readonly target: SshTarget;
  readonly call: CallContext;
  readonly facet: Facet<S>;
  /**
   * The state wanted, given the present one, and whether an earlier attempt of this call may have been cut off on its
   * way there; null: it is not one from which we may go there.
   */
  goal(now: S, begun: boolean): S | null;
  /** After how many seconds the device goes back unless we confirm; null for what cannot cut us off. */
  readonly revertSeconds: number | null;
  /** Keeps the notes of an undo apart from those of the call that is undone. */
  readonly purpose: 'do' | 'undo';
}

interface Applied<S> extends Brought<S> {
  /** Armed and to be called off; null: nothing is pending. */
  readonly token: string | null;
  /** Steps that were not sent any more, because the connection was lost. */
  readonly rest: readonly Command[];
}

export async function bring<S extends JsonObject>(bringing: Bringing<S>): Promise<Got<Brought<S>>> {
  const { target, call, revertSeconds } = bringing;
  const trail: Trail = { changeSent: false };
  const applied = await withSession(target, call, trail, (session) => apply(bringing, session, trail));
  if (applied.kind !== 'got') return applied;
  const { token, rest, ...brought } = applied.value;
  if (token === null) return got(brought);
  const confirmed = await withSession(target, call, trail, async (session) => {
    const sent = await sendAll(session, trail, rest);
    if (sent.kind !== 'got') return sent;
    const read = await readBack(bringing, session, trail, brought.after);
    if (read.kind !== 'got') return read;
    const off = await disarm(session, trail, token);
    return off.kind === 'got' ? persist(bringing, session, trail) : off;
  });
  if (confirmed.kind === 'got') return got(brought);
  return revertSeconds === null ? confirmed : wentBack(bringing, brought.before, confirmed, revertSeconds);
}

async function apply<S extends JsonObject>(
  bringing: Bringing<S>,
  session: Session,
  trail: Trail,
): Promise<Got<Applied<S>>> {
  const { call, facet, goal, revertSeconds, purpose } = bringing;
  const name = `${purpose}-${call.key}`;
  if (revertSeconds !== null) {
    const quiet = await disarmAll(session, trail, name);
    if (quiet.kind !== 'got') return quiet;
  }
  const now = await facet.read(session, trail);
  if (now.kind !== 'got') return now;
  const noted = await readNote(session, trail, name);
  if (noted.kind !== 'got') return noted;
  const found = stateIn(noted.value, 'before') as S | null;
  const wanted = goal(now.value, found !== null);
  if (wanted === null) return moved(session.target, facet.what);
  const before = found ?? now.value;
  const ways = waysOf(facet, { now: now.value, before, wanted });
  if (ways.kind !== 'got') return ways;
  const brought = { before, after: wanted, changed: !same(before, wanted) };
  if (ways.value.forth.length > 0)
    return change(bringing, session, trail, name, now.value, brought, ways.value);
  // An earlier attempt may have died between the two.
  const persisted = brought.changed ? await persist({ facet }, session, trail) : got(null);
  return persisted.kind === 'got' ? got({ ...brought, token: null, rest: [] }) : persisted;
}

async function change<S extends JsonObject>(
  { facet, revertSeconds }: Bringing<S>,
  session: Session,
  trail: Trail,
  name: string,
  now: S,
  brought: Brought<S>,
  { forth, back }: Ways,
): Promise<Got<Applied<S>>> {
  // B2
  const kept = await writeNote(session, trail, name, { before: now });
  if (kept.kind !== 'got') return kept;
  const token = revertSeconds === null ? null : `${name}.${randomBytes(6).toString('hex')}`;
  if (token !== null && revertSeconds !== null) {
    const armed = await arm(session, trail, token, revertSeconds, back);
    if (armed.kind !== 'got') return armed;
  }
  for (const [at, step] of forth.entries()) {
    const done = await outputOf(session, trail, step);
    if (done.kind === 'got') continue;
    if (token === null || done.fault.code === 'device_refused') return done;
    // With a timer running, the change may have cut this very connection; the second one finds out.
    return got({ ...brought, token, rest: forth.slice(at + 1) });
  }
  if (token !== null) return got({ ...brought, token, rest: [] });
  const read = await readBack({ facet }, session, trail, brought.after);
  if (read.kind !== 'got') return read;
  const persisted = await persist({ facet }, session, trail);
  return persisted.kind === 'got' ? got({ ...brought, token, rest: [] }) : persisted;
}

async function sendAll(session: Session, trail: Trail, steps: readonly Command[]): Promise<Got<null>> {
  for (const step of steps) {
    const done = await outputOf(session, trail, step);
    if (done.kind !== 'got') return done;
  }
  return got(null);
}

async function persist<S extends JsonObject>(
  { facet }: Pick<Bringing<S>, 'facet'>,
  session: Session,
  trail: Trail,
): Promise<Got<null>> {
  if (facet.persist === undefined) return got(null);
  if (facet.persist.kind !== 'got') return facet.persist;
  return sendAll(session, trail, facet.persist.value);
}

async function readBack<S extends JsonObject>(
  { facet }: Pick<Bringing<S>, 'facet'>,
  session: Session,
  trail: Trail,
  wanted: S,
): Promise<Got<null>> {
  const now = await facet.read(session, trail);
  if (now.kind !== 'got') return now;
  return same(now.value, wanted)
    ? got(null)
    : unknown(
        'not_in_force',
        `${nameOf(session.target)} took the change of ${facet.what} but does not show it`,
      );
}

/** A little longer than the timer, for a device that is slow to put things back. */
const GRACE_MS = 3_000;

/** We could not confirm, so the device goes back. Waiting for that turns an open fate into a plain refusal. */
async function wentBack<S extends JsonObject>(
  { target, call, facet }: Bringing<S>,
  before: S,
  why: Failure,
  seconds: number,
): Promise<Failure> {
  const until = Date.now() + seconds * 1000 + GRACE_MS;
  while (Date.now() < until && !call.signal.aborted) {
    call.heartbeat();
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, Math.max(1, until - Date.now()))));
  }
  const trail: Trail = { changeSent: true };
  const now = await withSession(target, call, trail, (session) => facet.read(session, trail));
  const { code, message } = why.fault;
  if (now.kind === 'got' && same(now.value, before))
    return refused(
      'device_reverted',
      `${message}; ${nameOf(target)} has gone back by itself, so nothing is changed`,
    );
  return unknown(code, `${message}; whether ${nameOf(target)} has gone back could not be seen`);
}

function moved(target: SshTarget, what: string): Failure {
  return refused(
    'state_moved',
    `${what} of ${nameOf(target)} is neither as it was left nor as it was found: somebody has changed it since. ` +
      'Look at the device and put it right by hand',
  );
}

function stateIn(note: JsonObject | null, field: string): JsonObject | null {
  const state = note?.[field];
  return isObject(state) ? state : null;
}

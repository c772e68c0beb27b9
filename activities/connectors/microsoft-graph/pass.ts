/** IssueAccessPass: a temporary access pass. Graph shows it once, in the answer that issues it, and never again. */
import { createHash } from 'node:crypto';
import type { TemporaryAccessPassAuthenticationMethod } from '@microsoft/microsoft-graph-types';
import { isObject } from '../../../workflows/language/json.ts';
import { IssueAccessPass } from '../../catalogue/account.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { Answer, CallContext, Undo, Undone } from '../connector.ts';
import { firstFound } from '../found.ts';
import { cannotUndo, NOTHING, notConfirmed } from '../setting.ts';
import type { Graph } from './client.ts';
import { isGone, PROVIDER, refused, type Got } from './fault.ts';
import { deed, user, type At } from './performance.ts';

type Pass = TemporaryAccessPassAuthenticationMethod;

function passesPath(address: string): string {
  return `${user(address)}/authentication/temporaryAccessPassMethods`;
}

/** An account has one at most. One that has run out or was used up does not count. */
async function usablePass(graph: Graph, address: string): Promise<Got<Pass | null>> {
  const found = await graph.list<Pass>(passesPath(address));
  if (found.kind !== 'got') return found;
  return { kind: 'got', value: found.value.find(({ isUsable }) => isUsable !== false) ?? null };
}

/** Null: the pass of this id was never kept, for its answer was lost. */
async function keptPass(call: CallContext, id: string): Promise<string | null> {
  try {
    const none = (): string => {
      throw new Error('this pass was never kept');
    };
    return (await call.keepSecret(nameOf(call, id), none)).reference;
  } catch {
    return null;
  }
}

function nameOf(call: CallContext, id: string): string {
  return `access-pass/${createHash('sha256').update(`${call.key}\n${id}`).digest('hex').slice(0, 32)}`;
}

function done(account: string, pass: Pass, reference: string): Answer<OutputOf<typeof IssueAccessPass>> {
  const { id = '', startDateTime, createdDateTime, lifetimeInMinutes } = pass;
  const from = Date.parse(startDateTime ?? createdDateTime ?? '') || Date.now();
  const expires = new Date(from + (lifetimeInMinutes ?? 0) * 60_000).toISOString();
  return { kind: 'done', output: { pass_ref: reference, expires }, undo: { account, pass: id } };
}

async function issue(
  { user_email, lifetime_minutes, usable_once }: InputOf<typeof IssueAccessPass>,
  { graph, call }: At,
): Promise<Answer<OutputOf<typeof IssueAccessPass>>> {
  const made = await graph.change('POST', passesPath(user_email), {
    lifetimeInMinutes: lifetime_minutes,
    isUsableOnce: usable_once,
  } satisfies Pass);
  if (made.kind !== 'got') return made;
  const pass = isObject(made.value) ? (made.value as Pass) : {};
  const { id, temporaryAccessPass: value } = pass;
  if (!id || !value) return notConfirmed(`a pass for ${user_email}`, 'the answer holds none');
  try {
    const { reference } = await call.keepSecret(nameOf(call, id), () => value);
    return done(user_email, pass, reference);
  } catch {
    return notConfirmed(`a pass for ${user_email}`, 'it could not be kept; check the secret store');
  }
}

/**
 * Somebody else's pass is not replaced: it may be in use, or an intruder's, and then somebody should know. One of
 * our own whose answer was lost is withdrawn and issued anew, so that one is good and its reference known.
 */
export const issueAccessPass = deed(IssueAccessPass, {
  reversibility: 'B',
  repeat: 'marker',
  timeoutMs: 60_000,
  scopes: ['UserAuthMethod-TAP.ReadWrite.All'],
  undo: undoPass,
  async perform(input, at) {
    const { graph, call } = at;
    const { user_email } = input;
    const there = await usablePass(graph, user_email);
    if (there.kind !== 'got') return there;
    const id = there.value?.id ?? null;
    const first = await firstFound(call, { pass: id });
    if (first.kind !== 'got') return first;
    if (there.value === null || id === null) return issue(input, at);
    if (first.value.pass === id)
      return refused(
        `${PROVIDER}_pass_exists`,
        `${user_email} has a temporary access pass that this task did not issue; find out whose it is, and remove it with RemoveAuthenticationMethods`,
      );
    const reference = await keptPass(call, id);
    if (reference !== null) return done(user_email, there.value, reference);
    const withdrawn = await graph.change('DELETE', `${passesPath(user_email)}/${encodeURIComponent(id)}`);
    if (withdrawn.kind !== 'got' && !isGone(withdrawn)) return withdrawn;
    return issue(input, at);
  },
});

function undoPass(bind: (call: CallContext) => At): Undo {
  return {
    class: 'B',
    describe: ({ account, pass }) =>
      typeof account === 'string' && typeof pass === 'string'
        ? `The temporary access pass of ${account} is withdrawn; whoever has used it stays signed in.`
        : NOTHING,
    async perform({ account, pass }, call): Promise<Answer<Undone>> {
      if (typeof account !== 'string' || typeof pass !== 'string') return cannotUndo(NOTHING);
      const { graph } = bind(call);
      const now = `the pass that was issued for ${account} is not good any more`;
      const there = await usablePass(graph, account);
      if (there.kind !== 'got') return there;
      if (there.value?.id !== pass) return { kind: 'done', output: { changed: false, now } };
      const path = `${passesPath(account)}/${encodeURIComponent(pass)}`;
      const gone = await graph.change('DELETE', path);
      if (gone.kind !== 'got' && !isGone(gone)) return gone;
      const left = await usablePass(graph, account);
      if (left.kind === 'got' && left.value?.id !== pass)
        return { kind: 'done', output: { changed: true, now } };
      return notConfirmed(`the pass of ${account}`, 'it is still listed');
    },
  };
}

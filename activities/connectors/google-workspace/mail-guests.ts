/** Others whom a mailbox lets in: addresses that mail may be forwarded to, and delegates. Two lists of one shape. */
import { z } from 'zod';
import type { RemoveDelegates, RemoveForwardingAddresses } from '../../catalogue/account.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Performance, Undo, Undone } from '../connector.ts';
import { firstFound } from '../found.ts';
import { cannotUndo, NOTHING, notConfirmed } from '../setting.ts';
import type { Clients } from './client.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { afterChanges, refused } from './fault.ts';
import { forwardingOf } from './mail-settings.ts';
import { MAIL_SETTINGS, MAIL_SHARING } from './scopes.ts';

type Settings = Clients['gmail']['users']['settings'];
type Sent = Promise<{ readonly status: number; readonly data: unknown }>;

interface Guests {
  /** In the singular, as a sentence names one. */
  readonly what: string;
  readonly loss: string;
  readonly list: z.ZodType<readonly string[]>;
  readonly ask: (settings: Settings, userId: string) => Sent;
  readonly remove: (settings: Settings, userId: string, guest: string) => Sent;
  /** Why one of these cannot go yet; null where they can. */
  readonly objection?: (
    google: Conversation,
    userId: string,
    doomed: readonly string[],
  ) => Promise<Got<null>>;
  readonly invite: (settings: Settings, userId: string, guest: string) => Sent;
}

const SCOPES = [MAIL_SETTINGS, MAIL_SHARING];

/** Google leaves a list out when it is empty. */
export const FORWARDING_ADDRESSES: Guests = {
  what: 'forwarding address',
  loss: 'outside the organisation it stays pending until its owner confirms it',
  list: z
    .looseObject({ forwardingAddresses: z.array(z.looseObject({ forwardingEmail: z.string() })).nullish() })
    .transform(({ forwardingAddresses }) =>
      (forwardingAddresses ?? []).map(({ forwardingEmail }) => forwardingEmail),
    ),
  ask: (settings, userId) => settings.forwardingAddresses.list({ userId }),
  remove: (settings, userId, forwardingEmail) =>
    settings.forwardingAddresses.delete({ userId, forwardingEmail }),
  invite: (settings, userId, forwardingEmail) =>
    settings.forwardingAddresses.create({ userId, requestBody: { forwardingEmail } }),
  objection: notInUse,
};

/** Forwarding would end with its address, and the undo of one is not the undo of the other. */
async function notInUse(google: Conversation, userId: string, doomed: readonly string[]): Promise<Got<null>> {
  const forwarding = await forwardingOf(google, userId).read();
  if (forwarding.kind !== 'got') return forwarding;
  const to = forwarding.value['emailAddress'];
  if (typeof to !== 'string' || among(doomed, [to]).length === 0) return { kind: 'got', value: null };
  return refused(
    'forwarding_in_use',
    `mail to ${userId} is being forwarded to ${to}; stop that first, with StopForwarding`,
  );
}

export const DELEGATES: Guests = {
  what: 'delegate',
  loss: 'only persons of the organisation can be invited again',
  list: z
    .looseObject({ delegates: z.array(z.looseObject({ delegateEmail: z.string() })).nullish() })
    .transform(({ delegates }) => (delegates ?? []).map(({ delegateEmail }) => delegateEmail)),
  ask: (settings, userId) => settings.delegates.list({ userId }),
  remove: (settings, userId, delegateEmail) => settings.delegates.delete({ userId, delegateEmail }),
  invite: (settings, userId, delegateEmail) =>
    settings.delegates.create({ userId, requestBody: { delegateEmail } }),
};

export function readGuests(
  google: Conversation,
  { list, ask }: Guests,
  userId: string,
): Promise<Got<readonly string[]>> {
  return google.read('mailbox', list, ({ gmail }) => ask(gmail.users.settings, userId));
}

const TRAITS = { reversibility: 'B', repeat: 'natural', timeoutMs: 120_000, scopes: SCOPES } as const;

export function removeForwardingAddresses(
  config: Workspace,
): Performance<InputOf<typeof RemoveForwardingAddresses>, OutputOf<typeof RemoveForwardingAddresses>> {
  return {
    ...TRAITS,
    perform: ({ user_email, addresses }, call) =>
      remove(config, FORWARDING_ADDRESSES, user_email, addresses, call),
    undo: undoRemoval(config, FORWARDING_ADDRESSES),
  };
}

export function removeDelegates(
  config: Workspace,
): Performance<InputOf<typeof RemoveDelegates>, OutputOf<typeof RemoveDelegates>> {
  return {
    ...TRAITS,
    perform: ({ user_email, delegates }, call) => remove(config, DELEGATES, user_email, delegates, call),
    undo: undoRemoval(config, DELEGATES),
  };
}

/** Addresses are compared in lower case, and used as the mailbox spells them. */
function among(list: readonly string[], guests: readonly string[]): readonly string[] {
  const wanted = new Set(guests.map((guest) => guest.toLowerCase()));
  return list.filter((guest) => wanted.has(guest.toLowerCase()));
}

async function remove(
  config: Workspace,
  guests: Guests,
  account: string,
  named: readonly string[],
  call: CallContext,
): Promise<Answer<OutputOf<typeof RemoveDelegates>>> {
  const google = await converse(config, call, { account, scopes: SCOPES });
  if (google.kind !== 'got') return google;
  const present = await readGuests(google.value, guests, account);
  if (present.kind !== 'got') return present;
  const doomed = among(present.value, named);
  const ready = doomed.length === 0 ? null : await guests.objection?.(google.value, account, doomed);
  if (ready && ready.kind !== 'got') return ready;
  const first = await firstFound(call, [...doomed]);
  if (first.kind !== 'got') return first;
  const removed: string[] = [];
  for (const guest of doomed) {
    const got = await google.value.remove('mailbox', ({ gmail }) =>
      guests.remove(gmail.users.settings, account, guest),
    );
    if (got.kind !== 'got')
      return removed.length === 0 ? got : afterChanges(got, `${removed.length} of ${doomed.length} went`);
    if (got.value === 'removed') removed.push(guest);
  }
  const left = doomed.length === 0 ? present : await readGuests(google.value, guests, account);
  if (left.kind !== 'got') return afterChanges(left, `${removed.length} went`);
  const [stays] = among(left.value, doomed);
  if (stays !== undefined) return notConfirmed(`the ${guests.what} ${stays}`, 'it is still listed');
  const gone = new Set(removed.map((guest) => guest.toLowerCase()));
  const output = { removed, already_gone: named.filter((guest) => !gone.has(guest.toLowerCase())) };
  const all = [...new Set([...first.value, ...removed])];
  return all.length === 0
    ? { kind: 'done', output }
    : { kind: 'done', output, undo: { account, guests: all } };
}

function undoRemoval(config: Workspace, guests: Guests): Undo {
  return {
    class: 'B',
    describe(saved) {
      const read = savedIn(saved);
      if (read === null) return NOTHING;
      const names = read.guests.join(', ').slice(0, 300);
      return `${names}: ${guests.what} of ${read.account} again; ${guests.loss}.`;
    },
    async perform(saved, call): Promise<Answer<Undone>> {
      const read = savedIn(saved);
      if (read === null) return cannotUndo(NOTHING);
      const { account } = read;
      const google = await converse(config, call, { account, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const present = await readGuests(google.value, guests, account);
      if (present.kind !== 'got') return present;
      const there = new Set(among(present.value, read.guests).map((guest) => guest.toLowerCase()));
      const missing = read.guests.filter((guest) => !there.has(guest.toLowerCase()));
      for (const [at, guest] of missing.entries()) {
        const got = await google.value.change('mailbox', z.looseObject({}), ({ gmail }) =>
          guests.invite(gmail.users.settings, account, guest),
        );
        if (got.kind !== 'got') return at === 0 ? got : afterChanges(got, `${at} were put back`);
      }
      const back = missing.length === 0 ? present : await readGuests(google.value, guests, account);
      if (back.kind !== 'got') return afterChanges(back, `${missing.length} were put back`);
      if (among(back.value, read.guests).length < read.guests.length)
        return notConfirmed(`the ${guests.what} list of ${account}`, 'not all are listed');
      const now = `${read.guests.length} ${guests.what} entries of ${account} are listed; ${guests.loss}`;
      return { kind: 'done', output: { changed: missing.length > 0, now } };
    },
  };
}

function savedIn(saved: JsonObject): { readonly account: string; readonly guests: readonly string[] } | null {
  const { account, guests } = isObject(saved) ? saved : {};
  if (typeof account !== 'string' || !Array.isArray(guests)) return null;
  const named = guests.filter((guest) => typeof guest === 'string');
  return named.length === 0 ? null : { account, guests: named };
}

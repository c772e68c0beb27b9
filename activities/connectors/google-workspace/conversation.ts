/** The requests of one call: who asks, with which scopes, what an answer must look like, what a failure means. */
import type { z } from 'zod';
import { isObject } from '../../../workflows/language/json.ts';
import type { CallContext } from '../connector.ts';
import { readServiceAccount, signIn, type Clients, type ServiceAccount } from './client.ts';
import { isOurs, type Workspace } from './config.ts';
import { answerForGoogle, refused, statusOf, type Asked, type Failure } from './fault.ts';

export type Got<T> = { readonly kind: 'got'; readonly value: T } | Failure;

/** Mail settings are used as the mailbox's owner, directory and reports as the administrator. */
export type Side = 'mailbox' | 'admin';

const GONE = Symbol('gone');

type Send = (clients: Clients) => Promise<{ readonly status: number; readonly data: unknown }>;

export interface Conversation {
  /** Asks without changing anything. */
  read<T>(side: Side, expect: z.ZodType<T>, send: Send): Promise<Got<T>>;
  /** Asks for a change and expects to be told the new state. */
  change<T>(side: Side, expect: z.ZodType<T>, send: Send): Promise<Got<T>>;
  /** Asks for a change that is answered with nothing. */
  command(side: Side, send: Send): Promise<Got<'done'>>;
  /** Asks for something to be gone, which it also is when it was not found. */
  remove(side: Side, send: Send): Promise<Got<'removed' | 'already_gone'>>;
}

/** Refused before anything is sent when the account is not the organisation's or the key is no key. */
export async function converse(
  config: Workspace,
  call: CallContext,
  about: { readonly account: string; readonly scopes: readonly string[] },
): Promise<Got<Conversation>> {
  if (!isOurs(config, about.account))
    return refused(
      'foreign_account',
      `${about.account} is in none of the domains this connector may act in (${config.domains.join(', ')})`,
    );
  const key = await serviceAccount(config, call);
  if (key.kind !== 'got') return key;
  return { kind: 'got', value: createConversation(config, key.value, call, about) };
}

async function serviceAccount(config: Workspace, call: CallContext): Promise<Got<ServiceAccount>> {
  let text: string;
  try {
    text = await call.secret(config.serviceAccount);
  } catch {
    const message = `${config.serviceAccount}, the key for google, cannot be read; nothing was sent`;
    return { kind: 'try_again', because: 'unavailable', fault: { code: 'google_key_unavailable', message } };
  }
  const key = readServiceAccount(text);
  if (key !== null) return { kind: 'got', value: key };
  return refused(
    'key_unreadable',
    `${config.serviceAccount} does not hold the JSON key of a service account`,
  );
}

function createConversation(
  config: Workspace,
  key: ServiceAccount,
  call: CallContext,
  about: { readonly account: string; readonly scopes: readonly string[] },
): Conversation {
  const open = new Map<Side, Clients>();
  const asked = (side: Side, write: boolean): Asked => ({
    write,
    subject: side === 'mailbox' ? about.account : config.adminSubject,
    scopes: about.scopes.filter((scope) => scope.includes('/auth/gmail.') === (side === 'mailbox')),
  });

  async function clients(side: Side): Promise<Got<Clients>> {
    const known = open.get(side);
    if (known !== undefined) return { kind: 'got', value: known };
    const { subject, scopes } = asked(side, false);
    try {
      const fresh = await signIn(config, key, { subject, scopes, signal: call.signal });
      open.set(side, fresh);
      return { kind: 'got', value: fresh };
    } catch (error) {
      return answerForGoogle(error, asked(side, false));
    }
  }

  async function request(
    side: Side,
    write: boolean,
    send: Send,
    gone: boolean,
    again = true,
  ): Promise<Got<unknown>> {
    const signedIn = call.signal.aborted ? notSent() : await clients(side);
    call.heartbeat();
    if (signedIn.kind !== 'got') return signedIn;
    if (call.signal.aborted) return notSent();
    try {
      const { data } = await send(signedIn.value);
      call.heartbeat();
      return { kind: 'got', value: data };
    } catch (error) {
      const status = statusOf(error);
      if (gone && (status === 404 || status === 410)) return { kind: 'got', value: GONE };
      // A token can be withdrawn before its time: one new one, then Google means it.
      if (status !== 401 || !again) return answerForGoogle(error, asked(side, write));
      open.delete(side);
      return request(side, write, send, gone, false);
    }
  }

  async function expecting<T>(side: Side, write: boolean, expect: z.ZodType<T>, send: Send): Promise<Got<T>> {
    const got = await request(side, write, send, false);
    if (got.kind !== 'got') return got;
    const parsed = expect.safeParse(got.value);
    return parsed.success ? { kind: 'got', value: parsed.data } : unreadable(write);
  }

  return {
    read: (side, expect, send) => expecting(side, false, expect, send),
    change: (side, expect, send) => expecting(side, true, expect, send),
    async command(side, send) {
      const got = await request(side, true, send, false);
      if (got.kind !== 'got') return got;
      return isEmpty(got.value) ? { kind: 'got', value: 'done' } : unreadable(true);
    },
    async remove(side, send) {
      const got = await request(side, true, send, true);
      if (got.kind !== 'got') return got;
      if (got.value === GONE) return { kind: 'got', value: 'already_gone' };
      return isEmpty(got.value) ? { kind: 'got', value: 'removed' } : unreadable(true);
    },
  };
}

/** What Google sends where there is nothing to tell: no body, or an empty object. */
function isEmpty(data: unknown): boolean {
  return (
    data === '' ||
    data === undefined ||
    (isObject(data) && JSON.stringify(data) === '{}' && !(data instanceof Blob))
  );
}

function notSent(): Failure {
  const fault = {
    code: 'google_not_sent',
    message: 'the call ended before its next request to google was sent',
  };
  return { kind: 'try_again', because: 'unavailable', fault };
}

function unreadable(write: boolean): Failure {
  const fault = {
    code: 'google_unreadable',
    message: 'google’s answer is not what its interface promises; is a proxy answering in its place?',
  };
  return write ? { kind: 'unknown', fault } : { kind: 'try_again', because: 'unavailable', fault };
}

/** RevokeOAuthTokens: third-party grants, app passwords and open sessions, in that order; and each half by itself. */
import { z } from 'zod';
import type { RevokeAppAccess, SignOut } from '../../catalogue/account.ts';
import type { RevokeOAuthTokens } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { CallContext, Performance } from '../connector.ts';
import { notConfirmed } from '../setting.ts';
import { readAccount } from './account.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { afterChanges, type Failure } from './fault.ts';
import { READ_USERS, USER_SECURITY } from './scopes.ts';

const SCOPES = [READ_USERS, USER_SECURITY];

const grants = z.looseObject({ items: z.array(z.looseObject({ clientId: z.string().min(1) })).nullish() });
const appPasswords = z.looseObject({ items: z.array(z.looseObject({ codeId: z.number() })).nullish() });

const TRAITS = { reversibility: 'C', repeat: 'natural', timeoutMs: 120_000, scopes: SCOPES } as const;

/** Under its primary address only: see `readAccount`. */
async function open(config: Workspace, account: string, call: CallContext): Promise<Got<Conversation>> {
  const google = await converse(config, call, { account, scopes: SCOPES });
  if (google.kind !== 'got') return google;
  const known = await readAccount(google.value, account);
  return known.kind === 'got' ? google : known;
}

/**
 * Safe to repeat. A repeat counts what it found: what an interrupted attempt has revoked is not listed by
 * Google any more.
 */
export function revokeOAuthTokens(
  config: Workspace,
): Performance<InputOf<typeof RevokeOAuthTokens>, OutputOf<typeof RevokeOAuthTokens>> {
  return {
    ...TRAITS,
    async perform({ user_id }, call) {
      const google = await open(config, user_id, call);
      if (google.kind !== 'got') return google;
      const revoked = await revoke(google.value, user_id);
      if (revoked.kind !== 'got') return revoked;
      const { value } = revoked;
      const out = await signOutOf(google.value, user_id);
      if (out.kind !== 'got') return changes(value) === 0 ? out : afterChanges(out, went(value));
      return { kind: 'done', output: { ...value, sessions_revoked: true } };
    },
  };
}

export function revokeAppAccess(
  config: Workspace,
): Performance<InputOf<typeof RevokeAppAccess>, OutputOf<typeof RevokeAppAccess>> {
  return {
    ...TRAITS,
    async perform({ user_email }, call) {
      const google = await open(config, user_email, call);
      if (google.kind !== 'got') return google;
      const revoked = await revoke(google.value, user_email);
      return revoked.kind === 'got' ? { kind: 'done', output: revoked.value } : revoked;
    },
  };
}

export function signOut(config: Workspace): Performance<InputOf<typeof SignOut>, OutputOf<typeof SignOut>> {
  return {
    ...TRAITS,
    timeoutMs: 60_000,
    async perform({ user_email }, call) {
      const google = await open(config, user_email, call);
      if (google.kind !== 'got') return google;
      const out = await signOutOf(google.value, user_email);
      return out.kind === 'got' ? { kind: 'done', output: { sessions_revoked: true } } : out;
    },
  };
}

function signOutOf(google: Conversation, userKey: string): Promise<Got<'done'>> {
  return google.command('admin', ({ directory }) => directory.users.signOut({ userKey }));
}

interface Found {
  readonly clients: readonly string[];
  readonly codes: readonly number[];
}

async function look(google: Conversation, userKey: string): Promise<Got<Found>> {
  const listed = await google.read('admin', grants, ({ directory }) => directory.tokens.list({ userKey }));
  if (listed.kind !== 'got') return listed;
  const asps = await google.read('admin', appPasswords, ({ directory }) => directory.asps.list({ userKey }));
  if (asps.kind !== 'got') return asps;
  const clients = (listed.value.items ?? []).map(({ clientId }) => clientId);
  return { kind: 'got', value: { clients, codes: (asps.value.items ?? []).map(({ codeId }) => codeId) } };
}

type Revoked = OutputOf<typeof RevokeAppAccess>;

async function revoke(google: Conversation, userKey: string): Promise<Got<Revoked>> {
  const found = await look(google, userKey);
  if (found.kind !== 'got') return found;
  const revoked: Revoked = { revoked_clients: [], revoked_app_passwords: 0 };
  const stopped = (failure: Failure): Failure =>
    changes(revoked) === 0 ? failure : afterChanges(failure, went(revoked));
  for (const clientId of found.value.clients) {
    const got = await google.remove('admin', ({ directory }) =>
      directory.tokens.delete({ userKey, clientId }),
    );
    if (got.kind !== 'got') return stopped(got);
    if (got.value === 'removed') revoked.revoked_clients.push(clientId);
  }
  for (const codeId of found.value.codes) {
    const got = await google.remove('admin', ({ directory }) => directory.asps.delete({ userKey, codeId }));
    if (got.kind !== 'got') return stopped(got);
    if (got.value === 'removed') revoked.revoked_app_passwords += 1;
  }
  if (changes(revoked) === 0) return { kind: 'got', value: revoked };
  const left = await look(google, userKey);
  if (left.kind !== 'got') return stopped(left);
  const again = left.value.clients.some((client) => found.value.clients.includes(client));
  return again || left.value.codes.some((code) => found.value.codes.includes(code))
    ? notConfirmed(`the access of applications to ${userKey}`, 'some of it is still listed')
    : { kind: 'got', value: revoked };
}

function changes({ revoked_clients, revoked_app_passwords }: Revoked): number {
  return revoked_clients.length + revoked_app_passwords;
}

function went({ revoked_clients, revoked_app_passwords }: Revoked): string {
  return `${revoked_clients.length} grants and ${revoked_app_passwords} app passwords went`;
}

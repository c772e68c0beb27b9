/** RevokeOAuthTokens: third-party grants, app passwords and open sessions, in that order. */
import { z } from 'zod';
import type { RevokeOAuthTokens } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { Performance } from '../connector.ts';
import { readAccount } from './account.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { afterChanges, type Failure } from './fault.ts';
import { READ_USERS, USER_SECURITY } from './scopes.ts';

const SCOPES = [READ_USERS, USER_SECURITY];

const grants = z.looseObject({ items: z.array(z.looseObject({ clientId: z.string().min(1) })).nullish() });
const appPasswords = z.looseObject({ items: z.array(z.looseObject({ codeId: z.number() })).nullish() });

/**
 * Safe to repeat. A repeat counts what it found: what an interrupted attempt has revoked is not listed by
 * Google any more.
 */
export function revokeOAuthTokens(
  config: Workspace,
): Performance<InputOf<typeof RevokeOAuthTokens>, OutputOf<typeof RevokeOAuthTokens>> {
  return {
    reversibility: 'C',
    repeat: 'natural',
    timeoutMs: 120_000,
    scopes: SCOPES,
    async perform({ user_id }, call) {
      const google = await converse(config, call, { account: user_id, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const account = await readAccount(google.value, user_id);
      if (account.kind !== 'got') return account;
      const found = await look(google.value, user_id);
      if (found.kind !== 'got') return found;
      return revoke(google.value, user_id, found.value);
    },
  };
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

async function revoke(
  google: Conversation,
  userKey: string,
  { clients, codes }: Found,
): ReturnType<Performance<unknown, OutputOf<typeof RevokeOAuthTokens>>['perform']> {
  const revoked: string[] = [];
  let passwords = 0;
  const stopped = (failure: Failure): Failure =>
    revoked.length + passwords === 0
      ? failure
      : afterChanges(failure, `${revoked.length} grants and ${passwords} app passwords went`);
  for (const clientId of clients) {
    const got = await google.remove('admin', ({ directory }) =>
      directory.tokens.delete({ userKey, clientId }),
    );
    if (got.kind !== 'got') return stopped(got);
    if (got.value === 'removed') revoked.push(clientId);
  }
  for (const codeId of codes) {
    const got = await google.remove('admin', ({ directory }) => directory.asps.delete({ userKey, codeId }));
    if (got.kind !== 'got') return stopped(got);
    if (got.value === 'removed') passwords += 1;
  }
  const out = await google.command('admin', ({ directory }) => directory.users.signOut({ userKey }));
  if (out.kind !== 'got') return stopped(out);
  const output = { revoked_clients: revoked, revoked_app_passwords: passwords, sessions_revoked: true };
  return { kind: 'done', output };
}

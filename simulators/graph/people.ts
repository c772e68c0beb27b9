/** Endpoints of the directory: users, passwords, sessions, sign-ins. */
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import { bodyOf, page, unknownProperty, type Endpoint, type Visit } from './endpoint.ts';
import { graphError, noSuchUser } from './error.ts';
import { digest, type Account } from './state.ts';

const USER_READERS = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'];
const BASIC = ['id', 'displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'];

/** Runs with the account named in the path, or answers that there is none. */
export function withUser(visit: Visit, then: (account: Account) => Reply): Reply {
  const key = visit.part['user'] ?? '';
  const account = visit.tenant.find(key);
  return account === null ? noSuchUser(key) : then(account);
}

/** Without $select only the basic fields come back, as at Graph. */
function getUser(visit: Visit): Reply {
  return withUser(visit, ({ user }) => {
    const fields = visit.request.query.get('$select')?.split(',') ?? BASIC;
    if (fields.some((field) => !BASIC.includes(field)) && !USER_READERS.some((role) => visit.roles.has(role)))
      return graphError(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      );
    const known = new Map<string, unknown>(Object.entries(user));
    const chosen = fields.map((field) => [field, known.get(field) ?? null]);
    return { status: 200, body: Object.fromEntries(chosen) as Json };
  });
}

function isComplex(password: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password));
  return password.length >= 8 && password.length <= 256 && classes.length >= 3;
}

const denied = (): Reply =>
  graphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

/** Each property has a permission of its own. Setting what is already set changes nothing and so is no effect. */
function patchUser(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const body = bodyOf(visit, ['passwordProfile', 'accountEnabled']);
    if (body === null || Object.keys(body).length === 0) return unknownProperty();
    const { passwordProfile: profile, accountEnabled: enabled } = body;
    if (profile !== undefined && !visit.roles.has('User-PasswordProfile.ReadWrite.All')) return denied();
    if (enabled !== undefined && !visit.roles.has('User.EnableDisableAccount.All')) return denied();
    if (enabled !== undefined && typeof enabled !== 'boolean') return unknownProperty();
    const refusal = profile === undefined ? null : setPassword(visit, account, profile);
    if (refusal !== null) return refusal;
    if (enabled !== undefined && enabled !== account.user.accountEnabled) {
      account.user.accountEnabled = enabled;
      visit.effect(account.user.userPrincipalName, enabled ? 'account enabled' : 'account disabled');
    }
    return { status: 204 };
  });
}

/** Null: it was set. */
function setPassword(visit: Visit, account: Account, profile: Json): Reply | null {
  const password = isObject(profile) ? profile['password'] : undefined;
  if (!isObject(profile) || typeof password !== 'string') return unknownProperty();
  if (!isComplex(password))
    return graphError(
      400,
      'Request_BadRequest',
      'The specified password does not comply with password complexity requirements.',
    );
  const mustChange = profile['forceChangePasswordNextSignIn'] !== false;
  const next = digest(password);
  if (account.passwordDigest !== next || account.mustChangePassword !== mustChange)
    visit.effect(account.user.userPrincipalName, 'password set');
  account.passwordDigest = next;
  account.mustChangePassword = mustChange;
  return null;
}

function revokeSessions(visit: Visit): Reply {
  return withUser(visit, (account) => {
    if (account.sessions > 0)
      visit.effect(account.user.userPrincipalName, `${account.sessions} session(s) ended`);
    account.sessions = 0;
    account.user.signInSessionsValidFromDateTime = new Date().toISOString();
    return { status: 200, body: { value: true } };
  });
}

function listSignIns(visit: Visit): Reply {
  const filter = visit.request.query.get('$filter') ?? '';
  const asked = /^userId eq '([^']*)' and createdDateTime ge (\S+)$/.exec(filter);
  if (asked === null) return graphError(400, 'BadRequest', `Invalid filter clause: ${filter}`);
  const [, userId = '', since = ''] = asked;
  const found = visit.tenant.find(userId)?.signIns ?? [];
  return page(
    visit,
    found.filter((signIn) => (signIn.createdDateTime ?? '') >= since),
  );
}

export const people: readonly Endpoint[] = [
  { method: 'GET', path: 'users/:user', roles: ['User.ReadBasic.All', ...USER_READERS], serve: getUser },
  {
    method: 'PATCH',
    path: 'users/:user',
    roles: ['User-PasswordProfile.ReadWrite.All', 'User.EnableDisableAccount.All'],
    serve: patchUser,
  },
  {
    method: 'POST',
    path: 'users/:user/revokeSignInSessions',
    roles: ['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    serve: revokeSessions,
  },
  { method: 'GET', path: 'auditLogs/signIns', roles: ['AuditLog.Read.All'], serve: listSignIns },
];

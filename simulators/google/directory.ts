/** Directory: the account itself, its grants and app passwords, signing it out. Shapes as in Google's client. */
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import { setPassword, type Account } from './accounts.ts';
import { errorReply } from './error-reply.ts';
import type { Route, Visit } from './route.ts';

const AUTH = 'https://www.googleapis.com/auth/';
const USER = `${AUTH}admin.directory.user`;
const READ_USER = `${AUTH}admin.directory.user.readonly`;
const SECURITY = [`${AUTH}admin.directory.user.security`];
const USERS = '/admin/directory/v1/users/{user}';

/** Organisational units, and whether each enforces 2-Step Verification. */
const UNITS: ReadonlyMap<string, boolean> = new Map([
  ['/', false],
  ['/Sales', false],
  ['/Second factor required', true],
]);

function resource(account: Account): JsonObject {
  return {
    kind: 'admin#directory#user',
    id: account.id,
    primaryEmail: account.email,
    aliases: account.aliases,
    isAdmin: account.isAdmin,
    suspended: account.suspended,
    orgUnitPath: account.orgUnitPath,
    changePasswordAtNextLogin: account.mustChangePassword,
    isEnrolledIn2Sv: account.enrolled2Sv,
    isEnforcedIn2Sv: UNITS.get(account.orgUnitPath) === true,
    isMailboxSetup: true,
  };
}

/** Only what differs from before counts as a change, and one request makes one effect. */
function update({ account, body, changed }: Visit): Reply {
  const { password, changePasswordAtNextLogin: must, suspended, orgUnitPath } = body;
  const changes: string[] = [];
  if (typeof orgUnitPath === 'string' && !UNITS.has(orgUnitPath))
    return errorReply(400, 'Invalid Input: INVALID_OU_ID', 'invalid');
  if (typeof password === 'string') {
    if (password.length < 8 || password.length > 100) return errorReply(400, 'Invalid Password', 'invalid');
    if (setPassword(account, password)) changes.push('password set');
  }
  if (typeof must === 'boolean' && must !== account.mustChangePassword) {
    account.mustChangePassword = must;
    changes.push(must ? 'must be changed at next sign-in' : 'need not be changed');
  }
  if (typeof suspended === 'boolean' && suspended !== account.suspended) {
    account.suspended = suspended;
    changes.push(suspended ? 'account suspended' : 'account restored');
  }
  if (typeof orgUnitPath === 'string' && orgUnitPath !== account.orgUnitPath) {
    account.orgUnitPath = orgUnitPath;
    changes.push(`moved to the unit ${orgUnitPath}`);
  }
  if (changes.length > 0) changed(changes.join(', '));
  return { status: 200, body: resource(account) };
}

function listed(kind: string, entries: readonly JsonObject[]): Reply {
  const items: Json = entries.map((entry) => ({ kind: `admin#directory#${kind}`, ...entry }));
  return {
    status: 200,
    body: { kind: `admin#directory#${kind}List`, ...(entries.length === 0 ? {} : { items }) },
  };
}

/** Google's update also leaves alone what is not sent. */
function changing(method: 'PUT' | 'PATCH'): Route {
  return {
    method,
    path: USERS,
    scopes: [USER],
    side: 'admin',
    body: {
      password: 'string',
      changePasswordAtNextLogin: 'boolean',
      suspended: 'boolean',
      orgUnitPath: 'string',
    },
    answer: update,
  };
}

export const directoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: USERS,
    scopes: [USER, READ_USER],
    side: 'admin',
    query: ['projection', 'viewType', 'customFieldMask'],
    answer: ({ account }) => ({ status: 200, body: resource(account) }),
  },
  changing('PUT'),
  changing('PATCH'),
  {
    method: 'POST',
    path: `${USERS}/signOut`,
    scopes: SECURITY,
    side: 'admin',
    answer({ account, changed }) {
      if (account.sessions.length > 0) changed('signed out everywhere');
      account.sessions = [];
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: `${USERS}/tokens`,
    scopes: SECURITY,
    side: 'admin',
    answer: ({ account: { id, grants } }) =>
      listed(
        'token',
        [...grants.values()].map((grant) => ({ ...grant, userKey: id, anonymous: false })),
      ),
  },
  {
    method: 'DELETE',
    path: `${USERS}/tokens/{clientId}`,
    scopes: SECURITY,
    side: 'admin',
    answer({ account, param, changed }) {
      if (!account.grants.delete(param('clientId'))) return errorReply(404, 'Resource Not Found: clientId');
      changed(`grant of ${param('clientId')} revoked`);
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: `${USERS}/asps`,
    scopes: SECURITY,
    side: 'admin',
    answer: ({ account: { id, appPasswords } }) =>
      listed(
        'asp',
        [...appPasswords.values()].map((each) => ({ ...each, userKey: id, lastTimeUsed: '0' })),
      ),
  },
  {
    method: 'DELETE',
    path: `${USERS}/asps/{codeId}`,
    scopes: SECURITY,
    side: 'admin',
    answer({ account, param, changed }) {
      if (!account.appPasswords.delete(Number(param('codeId'))))
        return errorReply(404, 'Resource Not Found: codeId');
      changed(`app password ${param('codeId')} revoked`);
      return { status: 204 };
    },
  },
];

/** The simulated tenant: accounts and everything that hangs on them. Shapes are Microsoft's own. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type {
  AppRoleAssignment,
  AuthenticationMethod,
  MailboxSettings,
  MessageRule,
  OAuth2PermissionGrant,
  SignIn,
  TemporaryAccessPassAuthenticationMethod,
  User,
} from '@microsoft/microsoft-graph-types';
import type { JsonObject } from '../../workflows/language/json.ts';

export type Method = AuthenticationMethod & {
  readonly id: string;
  readonly '@odata.type': `#microsoft.graph.${string}`;
  /** Told for some kinds only. */
  readonly createdDateTime?: string;
};
export type Identified<T> = T & { readonly id: string };

export interface Account {
  readonly user: Identified<User> & { readonly userPrincipalName: string };
  mailbox: MailboxSettings;
  /** Folder names by id. */
  readonly folders: Map<string, string>;
  readonly rules: Identified<MessageRule>[];
  readonly grants: Identified<OAuth2PermissionGrant>[];
  readonly assignments: Identified<AppRoleAssignment>[];
  readonly methods: Method[];
  /** At most one; with its value only in the answer that issued it. */
  pass: Identified<TemporaryAccessPassAuthenticationMethod> | null;
  readonly signIns: Identified<SignIn>[];
  /** Open sessions. */
  sessions: number;
  /** SHA-256: the simulator does not know passwords either. */
  passwordDigest: string | null;
  mustChangePassword: boolean;
}

export interface Tenant {
  /** By user principal name or id, whatever the case. */
  find(key: string): Account | null;
  /** The account, made when there is none. */
  have(email: string): Account;
  all(): Iterable<Account>;
  /** Ids of members, by id of the group. */
  readonly groups: ReadonlyMap<string, Set<string>>;
}

/** Its members must prove a second factor; whoever makes that so is not simulated. */
export const SECOND_FACTOR_GROUP = '7c2a9d10-54b3-4e0f-9d2b-0a8f6f3f0e03';

export function createTenant(): Tenant {
  const accounts = new Map<string, Account>();
  const find = (key: string) => {
    const wanted = key.toLowerCase();
    for (const account of accounts.values())
      if (account.user.userPrincipalName === wanted || account.user.id === wanted) return account;
    return null;
  };
  return {
    find,
    have(email) {
      const existing = find(email);
      if (existing !== null) return existing;
      const account = newAccount(email.toLowerCase());
      accounts.set(account.user.userPrincipalName, account);
      return account;
    },
    all: () => accounts.values(),
    groups: new Map([[SECOND_FACTOR_GROUP, new Set<string>()]]),
  };
}

/** Exchange ids hold characters that a path must encode. */
export function exchangeId(): string {
  return `AQ/${randomBytes(12).toString('base64url')}+=`;
}

export function digest(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/** An ordinary employee: a password, a phone, a newsletter rule, a role through a group, a few sign-ins. */
function newAccount(email: string): Account {
  const id = randomUUID();
  const newsletters = exchangeId();
  const rule: Identified<MessageRule> = {
    id: exchangeId(),
    displayName: 'Newsletters',
    sequence: 1,
    isEnabled: true,
    isReadOnly: false,
    hasError: false,
    conditions: { senderContains: ['newsletter@'] },
    actions: { moveToFolder: newsletters, stopProcessingRules: true },
  };
  const assignment: Identified<AppRoleAssignment> = {
    id: randomUUID(),
    principalId: randomUUID(),
    principalType: 'Group',
    resourceId: randomUUID(),
    resourceDisplayName: 'Time Sheets',
    appRoleId: '00000000-0000-0000-0000-000000000000',
  };
  return {
    user: {
      id,
      userPrincipalName: email,
      mail: email,
      displayName: email.slice(0, email.indexOf('@')),
      accountEnabled: true,
      userType: 'Member',
      usageLocation: 'DE',
      signInSessionsValidFromDateTime: '2024-01-01T00:00:00Z',
    },
    mailbox: { timeZone: 'W. Europe Standard Time', automaticRepliesSetting: { status: 'disabled' } },
    folders: new Map([[newsletters, 'Newsletters']]),
    rules: [rule],
    grants: [],
    assignments: [assignment],
    methods: [
      { id: randomUUID(), '@odata.type': '#microsoft.graph.passwordAuthenticationMethod' },
      { id: randomUUID(), '@odata.type': '#microsoft.graph.phoneAuthenticationMethod' },
    ],
    pass: null,
    signIns: [signIn(id, email, 'DE', 'Browser'), signIn(id, email, 'DE', 'Mobile Apps and Desktop clients')],
    sessions: 1,
    passwordDigest: null,
    mustChangePassword: false,
  };
}

export function signIn(userId: string, email: string, country: string, client: string): Identified<SignIn> {
  return {
    id: randomUUID(),
    createdDateTime: new Date(Date.now() - 3600_000).toISOString(),
    userId,
    userPrincipalName: email,
    ipAddress: country === 'DE' ? '192.0.2.17' : '203.0.113.66',
    clientAppUsed: client,
    location: { countryOrRegion: country },
    status: { errorCode: 0 },
    riskState: 'none',
    riskLevelDuringSignIn: 'none',
  };
}

/** State without secrets. */
export function describeAccount(account: Account, groups: Tenant['groups'] = new Map()): JsonObject {
  return {
    email: account.user.userPrincipalName,
    id: account.user.id,
    enabled: account.user.accountEnabled === true,
    rules: account.rules.map(({ id, displayName, isEnabled }) => ({
      id,
      name: displayName ?? '',
      enabled: isEnabled === true,
    })),
    automatic_replies: account.mailbox.automaticRepliesSetting?.status ?? '',
    groups: [...groups].filter(([, members]) => members.has(account.user.id)).map(([id]) => id),
    access_pass: account.pass !== null,
    grants: account.grants.map((grant) => ({ id: grant.id, scope: grant.scope ?? '' })),
    app_roles: account.assignments.map((role) => ({ id: role.id, name: role.resourceDisplayName ?? '' })),
    methods: account.methods.map((method) => method['@odata.type']),
    sign_ins: account.signIns.length,
    sessions: account.sessions,
    sessions_valid_from: account.user.signInSessionsValidFromDateTime ?? '',
    must_change_password: account.mustChangePassword,
  };
}

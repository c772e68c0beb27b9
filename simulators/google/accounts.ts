/** The accounts of the simulated Workspace: what the directory, the mailbox and the sign-in log know of each. */
import { randomBytes, scryptSync } from 'node:crypto';
import type { Json, JsonObject } from '../../workflows/language/json.ts';

export interface MailFilter {
  readonly id: string;
  readonly criteria: JsonObject;
  readonly action: JsonObject;
}

export interface Grant {
  readonly clientId: string;
  readonly displayText: string;
  readonly scopes: readonly string[];
}

export interface AppPassword {
  readonly codeId: number;
  readonly name: string;
  readonly creationTime: string;
}

export interface SignIn {
  readonly at: number;
  readonly ip: string;
  readonly suspicious: boolean;
}

/** As Gmail's own resources have them. */
export interface MailSettings {
  autoForwarding: JsonObject & { readonly enabled: boolean };
  imap: JsonObject & { readonly enabled: boolean };
  pop: JsonObject & { readonly accessWindow: string };
  vacation: JsonObject & { readonly enableAutoReply: boolean };
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly aliases: readonly string[];
  readonly isAdmin: boolean;
  suspended: boolean;
  enrolled2Sv: boolean;
  /** Never in the clear. Null: as it was before the simulator started. */
  password: { readonly salt: string; readonly hash: string } | null;
  passwordChanges: number;
  mustChangePassword: boolean;
  readonly filters: Map<string, MailFilter>;
  orgUnitPath: string;
  readonly mail: MailSettings;
  /** Forwarding addresses and how far their owners have confirmed them. */
  readonly forwardingAddresses: Map<string, 'accepted' | 'pending'>;
  readonly delegates: Set<string>;
  readonly grants: Map<string, Grant>;
  readonly appPasswords: Map<number, AppPassword>;
  /** Browsers and phones that are signed in, by address. */
  sessions: readonly string[];
  readonly signIns: SignIn[];
}

export interface Accounts {
  /** By primary address, alias or id. */
  find(userKey: string): Account | null;
  create(email: string, more?: { readonly isAdmin?: boolean; readonly aliases?: readonly string[] }): Account;
}

export function createAccounts(): Accounts {
  const all = new Map<string, Account>();
  return {
    find(userKey) {
      const key = userKey.toLowerCase();
      const byAlias = () =>
        [...all.values()].find(({ id, aliases }) => id === userKey || aliases.includes(key));
      return all.get(key) ?? byAlias() ?? null;
    },
    create(email, more = {}) {
      const account = blank(email.toLowerCase(), more.isAdmin ?? false, more.aliases ?? []);
      all.set(account.email, account);
      addFilter(account, { from: 'newsletter@shop.example' }, { removeLabelIds: ['INBOX'] });
      addFilter(account, { subject: 'build failed' }, { addLabelIds: ['IMPORTANT'] });
      return account;
    },
  };
}

function blank(email: string, isAdmin: boolean, aliases: readonly string[]): Account {
  const home = '192.0.2.10';
  return {
    id: String(100_000_000_000 + randomBytes(4).readUInt32BE()),
    email,
    aliases: aliases.map((alias) => alias.toLowerCase()),
    isAdmin,
    suspended: false,
    enrolled2Sv: false,
    password: null,
    passwordChanges: 0,
    mustChangePassword: false,
    filters: new Map(),
    orgUnitPath: '/Sales',
    mail: {
      autoForwarding: { enabled: false },
      imap: { enabled: false, autoExpunge: true, expungeBehavior: 'archive', maxFolderSize: 0 },
      pop: { accessWindow: 'disabled', disposition: 'leaveInInbox' },
      vacation: { enableAutoReply: false, restrictToContacts: false, restrictToDomain: false },
    },
    forwardingAddresses: new Map(),
    delegates: new Set(),
    grants: new Map(),
    appPasswords: new Map(),
    sessions: [home],
    signIns: [{ at: Date.now() - 3_600_000, ip: home, suspicious: false }],
  };
}

export function addFilter(account: Account, criteria: JsonObject, action: JsonObject): string {
  const id = `ANe1Bm${randomBytes(12).toString('base64url')}`;
  account.filters.set(id, { id, criteria, action });
  return id;
}

/** True when it is another password than before. */
export function setPassword(account: Account, password: string): boolean {
  if (hasPassword(account, password)) return false;
  const salt = randomBytes(16).toString('hex');
  account.password = { salt, hash: hashOf(password, salt) };
  account.passwordChanges += 1;
  return true;
}

export function hasPassword({ password }: Account, candidate: string): boolean {
  return password !== null && hashOf(candidate, password.salt) === password.hash;
}

function hashOf(password: string, salt: string): string {
  return scryptSync(password, salt, 32, { N: 1024 }).toString('hex');
}

/** What a person looking at the account would compare before and after. Holds no secret. */
export function describeAccount(account: Account): JsonObject {
  return {
    email: account.email,
    suspended: account.suspended,
    enrolled_2fa: account.enrolled2Sv,
    password_changes: account.passwordChanges,
    must_change_password: account.mustChangePassword,
    filters: [...account.filters.values()].map(({ id, criteria, action }) => ({ id, criteria, action })),
    org_unit: account.orgUnitPath,
    imap_enabled: account.mail.imap.enabled,
    pop: account.mail.pop.accessWindow,
    auto_forwarding: account.mail.autoForwarding,
    automatic_replies: account.mail.vacation.enableAutoReply,
    forwarding_addresses: [...account.forwardingAddresses.keys()],
    delegates: [...account.delegates],
    grants: [...account.grants.values()].map(({ clientId, displayText }): Json => ({
      clientId,
      displayText,
    })),
    app_passwords: [...account.appPasswords.values()].map(({ codeId, name }): Json => ({ codeId, name })),
    sessions: account.sessions.length,
    sign_ins: account.signIns.length,
    suspicious_sign_ins: account.signIns.filter(({ suspicious }) => suspicious).length,
  };
}

/** A stateful stand-in for the parts of Google Workspace that Cordon uses. */
import { createEffectLog } from '../effect-log.ts';
import { createFaults } from '../faults.ts';
import { serve, type Provider } from '../serve.ts';
import type { Simulator } from '../simulator.ts';
import { createAccounts, describeAccount, hasPassword, type Account } from './accounts.ts';
import { leaveMarks } from './attacker.ts';
import { directoryRoutes } from './directory.ts';
import { errorReply, tokenRefused } from './error-reply.ts';
import { gmailRoutes } from './gmail.ts';
import { gmailGuestRoutes } from './gmail-guests.ts';
import { createOAuth } from './oauth.ts';
import { reportsRoutes } from './reports.ts';
import { serveRoute } from './route.ts';
import { generateServiceAccount, readKeyFile } from './service-account.ts';

export interface GoogleSimulatorOptions {
  /** Any free port where absent. */
  readonly port?: number;
  /** Mail domain of the organisation. */
  readonly domain?: string;
  /** Accounts besides the administrator's. */
  readonly accounts?: readonly { readonly email: string; readonly aliases?: readonly string[] }[];
  /** What the service account was granted in the Admin console; all that the connector needs where absent. */
  readonly delegatedScopes?: readonly string[];
  readonly tokenLifetimeSeconds?: number;
  /** Text of a key file to accept; a new key is made where absent. */
  readonly keyFile?: string;
  /** Receives every effect as a line of JSON. */
  readonly effectsFile?: string;
}

export interface GoogleSimulator extends Simulator {
  readonly tokenUrl: string;
  readonly domain: string;
  readonly adminSubject: string;
  /** The service account's key file, made for this simulator alone. */
  readonly keyFile: string;
  /** Would this password sign the account in? */
  passwordIs(email: string, password: string): boolean;
  /** The account's live state, for tests that arrange or inspect more than `describe` tells. Made when unknown. */
  account(email: string): Account;
  /** The user signs in once more, as the log will show. */
  signIn(email: string, from: { readonly ip: string; readonly suspicious: boolean }): void;
}

const AUTH = 'https://www.googleapis.com/auth/';
const ALL_SCOPES = [
  `${AUTH}gmail.settings.basic`,
  `${AUTH}gmail.settings.sharing`,
  `${AUTH}admin.directory.user`,
  `${AUTH}admin.directory.user.readonly`,
  `${AUTH}admin.directory.user.security`,
  `${AUTH}admin.reports.audit.readonly`,
];

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function startGoogleSimulator(options: GoogleSimulatorOptions = {}): Promise<GoogleSimulator> {
  const domain = options.domain ?? 'corp.example';
  const key = options.keyFile === undefined ? generateServiceAccount() : readKeyFile(options.keyFile);
  const effects = createEffectLog(options.effectsFile);
  const faults = createFaults();
  const accounts = createAccounts();
  const adminSubject = accounts.create(`admin@${domain}`, { isAdmin: true }).email;
  for (const { email, aliases } of options.accounts ?? []) accounts.create(email, aliases ? { aliases } : {});
  const known = (email: string): Account => accounts.find(email) ?? accounts.create(email);
  const oauth = createOAuth({
    clientEmail: key.clientEmail,
    publicKey: key.publicKey,
    delegatedScopes: options.delegatedScopes ?? ALL_SCOPES,
    lifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
    maySignIn: (subject) => {
      const account = accounts.find(subject);
      return account !== null && account.email === subject.toLowerCase() && !account.suspended;
    },
  });
  const routes = [...gmailRoutes, ...gmailGuestRoutes, ...directoryRoutes, ...reportsRoutes];
  const provider: Provider = {
    handle(request) {
      if (request.path === '/token') return oauth.token(request);
      const { method, path } = request;
      const log = ({ email }: Account, what: string): void =>
        effects.append({ method, path, account: email, what });
      return serveRoute({ routes, accounts, oauth, log }, request);
    },
    refuse(fault, request) {
      const status = fault.status ?? 500;
      if (fault.kind === 'expired_token') {
        oauth.withdraw(request);
        return tokenRefused();
      }
      if (request.path === '/token') return { status, body: { error: fault.reason ?? 'internal_failure' } };
      return errorReply(status, 'The request was refused.', fault.reason);
    },
  };
  const control = {
    seedAttacker: (email: string): void => leaveMarks(known(email)),
    enroll2FA(email: string): void {
      known(email).enrolled2Sv = true;
    },
    describe(email: string) {
      const account = accounts.find(email);
      return account === null ? {} : describeAccount(account);
    },
  };
  const { url, close } = await serve({ port: options.port ?? 0, provider, faults, effects, control });
  return {
    ...control,
    url,
    tokenUrl: `${url}/token`,
    domain,
    adminSubject,
    keyFile: key.keyFile,
    effects: () => effects.all(),
    fault: (spec) => faults.add(spec),
    account: known,
    passwordIs: (email, password) => hasPassword(known(email), password),
    signIn(email, { ip, suspicious }) {
      known(email).signIns.push({ at: Date.now(), ip, suspicious });
    },
    close,
  };
}

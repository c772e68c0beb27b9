/** A stateful double of Microsoft Entra and Microsoft Graph v1.0, as far as the mailbox playbooks go. */
import { createEffectLog } from '../effect-log.ts';
import { createFaults } from '../faults.ts';
import { serve, type Provider, type Reply, type Request } from '../serve.ts';
import type { Simulator } from '../simulator.ts';
import { consents } from './consents.ts';
import { effectWriter, match, type Endpoint } from './endpoint.ts';
import { createEntra, type Application, type Entra } from './entra.ts';
import { graphError, usualCode } from './error.ts';
import { enrollAuthenticator, seedIntruder } from './intruder.ts';
import { groups } from './groups.ts';
import { methods } from './methods.ts';
import { mailbox } from './mailbox.ts';
import { people } from './people.ts';
import { createTenant, describeAccount, digest, type Account } from './state.ts';

/** The app roles that the connector's tasks need together, and no more. */
export const APP_ROLES = [
  'User.Read.All',
  'AuditLog.Read.All',
  'UserAuthenticationMethod.Read.All',
  'MailboxSettings.Read',
  'MailboxSettings.ReadWrite',
  'Mail.ReadBasic.All',
  'Directory.Read.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'User.RevokeSessions.All',
  'User-PasswordProfile.ReadWrite.All',
  'User.EnableDisableAccount.All',
  'GroupMember.ReadWrite.All',
  'UserAuthenticationMethod.ReadWrite.All',
  'UserAuthMethod-TAP.ReadWrite.All',
] as const;

export interface GraphSimulatorOptions extends Partial<Application> {
  /** 0 or left out: any free port. */
  readonly port?: number;
  readonly pageSize?: number;
  /** Accounts that exist from the start. */
  readonly accounts?: readonly string[];
  /** Also receives every effect as a line of JSON. */
  readonly effectsFile?: string;
}

export interface GraphSimulator extends Simulator {
  readonly application: Application;
  /** Is this the account's password now? */
  passwordIs(email: string, password: string): boolean;
  /** The account's live state, for tests that arrange or inspect more than `describe` tells. Made when unknown. */
  account(email: string): Account;
}

const endpoints: readonly Endpoint[] = [...mailbox, ...people, ...groups, ...methods, ...consents];

/** Rejects when the port is taken. */
export async function startGraphSimulator(options: GraphSimulatorOptions = {}): Promise<GraphSimulator> {
  const application = applicationOf(options);
  const tenant = createTenant();
  for (const email of options.accounts ?? []) tenant.have(email);
  const effects = createEffectLog(options.effectsFile);
  const faults = createFaults();
  const entra = createEntra(application);
  const control: Pick<Simulator, 'seedAttacker' | 'enroll2FA' | 'describe'> = {
    seedAttacker: (email) => seedIntruder(tenant.have(email)),
    enroll2FA: (email) => enrollAuthenticator(tenant.have(email)),
    describe: (email) => {
      const account = tenant.find(email);
      return account === null ? {} : describeAccount(account, tenant.groups);
    },
  };
  const provider = createProvider(entra, (request, endpoint, part, roles) => {
    const effect = effectWriter(effects, request);
    return endpoint.serve({ request, part, roles, tenant, pageSize: options.pageSize ?? 100, effect });
  });
  const server = await serve({ port: options.port ?? 0, provider, faults, effects, control });
  return {
    ...server,
    ...control,
    application,
    effects: () => effects.all(),
    fault: (spec) => faults.add(spec),
    passwordIs: (email, password) => tenant.find(email)?.passwordDigest === digest(password),
    account: (email) => tenant.have(email),
  };
}

function applicationOf(options: GraphSimulatorOptions): Application {
  return {
    tenantId: options.tenantId ?? '5f0c1e88-0b1d-4c39-9a52-51a0aa7f1c01',
    clientId: options.clientId ?? '0d9e7c64-7d0a-4b0e-8e0e-3c1f6a1b2c02',
    clientSecret: options.clientSecret ?? 'simulated-client-secret',
    roles: options.roles ?? APP_ROLES,
    tokenSeconds: options.tokenSeconds ?? 3600,
  };
}

type Visitor = (
  request: Request,
  endpoint: Endpoint,
  part: Readonly<Record<string, string>>,
  roles: ReadonlySet<string>,
) => Reply;

function createProvider(entra: Entra, visit: Visitor): Provider {
  return {
    handle: (request) => entra.handle(request) ?? graph(request, entra, visit),
    refuse(fault, request) {
      if (fault.kind === 'expired_token') entra.revoke(request.headers.authorization);
      const status = fault.kind === 'expired_token' ? 401 : (fault.status ?? 500);
      return graphError(status, fault.reason ?? usualCode(status), 'An injected fault.');
    },
  };
}

/** Token first, then route, then permission: a stranger learns nothing about what exists. */
function graph(request: Request, entra: Entra, visit: Visitor): Reply {
  const roles = entra.rolesOf(request.headers.authorization);
  if (roles === null)
    return graphError(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.');
  const path = request.path.replace(/^\/v1\.0\//, '');
  for (const endpoint of endpoints) {
    const part = endpoint.method === request.method ? match(endpoint.path, path) : null;
    if (part === null) continue;
    if (endpoint.roles.some((role) => roles.includes(role)))
      return visit(request, endpoint, part, new Set(roles));
    const denial = endpoint.denial ?? 'Authorization_RequestDenied';
    return graphError(403, denial, 'Insufficient privileges to complete the operation.');
  }
  return graphError(400, 'BadRequest', `Resource not found for the segment '${path.split('/')[0] ?? ''}'.`);
}

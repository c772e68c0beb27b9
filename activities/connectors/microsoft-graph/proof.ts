/** Does the account exist, is it ours, and who has signed in to it lately? */
import type { SignIn, User } from '@microsoft/microsoft-graph-types';
import { ProofOfControl } from '../../catalogue/email.ts';
import type { Graph } from './client.ts';
import { PROVIDER, refused, type Got } from './fault.ts';
import { isStrong, listMethods, METHODS_SCOPE } from './methods.ts';
import { deed, user } from './performance.ts';

const RECENT_MS = 7 * 24 * 3600_000;

/** Protocols that take a password alone, past any second factor. */
const LEGACY = new Set(['IMAP4', 'POP3', 'Authenticated SMTP', 'Exchange ActiveSync', 'Other clients']);

type Account = Pick<User, 'accountEnabled' | 'usageLocation' | 'userType'> & { readonly id: string };

export async function findAccount(graph: Graph, address: string): Promise<Got<Account>> {
  const fields = 'id,userPrincipalName,accountEnabled,userType,usageLocation';
  const found = await graph.get<User>(`${user(address)}?$select=${fields}`);
  if (found.kind !== 'got') return found;
  const { id } = found.value;
  if (id === undefined)
    return refused(
      `${PROVIDER}_unreadable`,
      `the directory gave no id for ${address}; nothing can be acted on safely`,
    );
  return { kind: 'got', value: { ...found.value, id } };
}

/** Sign-ins of the last seven days: as long as every tenant that keeps them at all keeps them. */
export function recentSignIns(graph: Graph, accountId: string): Promise<Got<readonly SignIn[]>> {
  const since = new Date(Date.now() - RECENT_MS).toISOString();
  const filter = `userId eq '${accountId.replaceAll("'", "''")}' and createdDateTime ge ${since}`;
  return graph.list<SignIn>(`/auditLogs/signIns?$top=999&$filter=${encodeURIComponent(filter)}`);
}

/** Flagged by the provider, or succeeded over a protocol without second factor or from abroad. */
export function isSuspicious(signIn: SignIn, homeCountry: string | null | undefined): boolean {
  const { riskState, riskLevelDuringSignIn, status, clientAppUsed, location } = signIn;
  if (riskState === 'atRisk' || riskState === 'confirmedCompromised') return true;
  if (riskLevelDuringSignIn === 'medium' || riskLevelDuringSignIn === 'high') return true;
  if (status?.errorCode !== 0) return false;
  const from = location?.countryOrRegion;
  return LEGACY.has(clientAppUsed ?? '') || Boolean(homeCountry && from && from !== homeCountry);
}

export const proofOfControl = deed(ProofOfControl, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['User.Read.All', METHODS_SCOPE, 'AuditLog.Read.All'],
  async perform(input, { graph }) {
    const account = await findAccount(graph, input.account_email);
    if (account.kind !== 'got') return account;
    const { id, accountEnabled, userType, usageLocation } = account.value;
    if (userType === 'Guest')
      return refused(
        `${PROVIDER}_guest`,
        `${input.account_email} is a guest here: its password and sessions belong to another tenant, which must act`,
      );
    const methods = await listMethods(graph, input.account_email);
    if (methods.kind !== 'got') return methods;
    const signIns = await recentSignIns(graph, id);
    if (signIns.kind !== 'got') return signIns;
    const suspicious = signIns.value.filter((signIn) => isSuspicious(signIn, usageLocation));
    return {
      kind: 'done',
      output: {
        user_email: input.account_email,
        directory_id: id,
        suspended: accountEnabled === false,
        enrolled_2fa: methods.value.some(isStrong),
        recent_sign_ins: signIns.value.length,
        suspicious_sign_ins: suspicious.length,
      },
    };
  },
});

/** Collects how an account is set up, as it is now, before anything is changed. */
import type { MailboxSettings, User } from '@microsoft/microsoft-graph-types';
import { EvidenceSnapshot } from '../../catalogue/email.ts';
import type { Graph } from './client.ts';
import { keep, type Collected } from './evidence.ts';
import type { Got } from './fault.ts';
import { grantsOf } from './grant-list.ts';
import { METHODS_SCOPE } from './methods.ts';
import { deed, user } from './performance.ts';
import { findAccount, recentSignIns } from './proof.ts';

const PROFILE =
  'id,userPrincipalName,displayName,mail,otherMails,proxyAddresses,accountEnabled,userType,' +
  'createdDateTime,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,mobilePhone,usageLocation';

async function settings(graph: Graph, address: string): Promise<Got<readonly Collected[]>> {
  const profile = await graph.get<User>(`${user(address)}?$select=${PROFILE}`);
  if (profile.kind !== 'got') return profile;
  const mailbox = await graph.get<MailboxSettings>(`${user(address)}/mailboxSettings`);
  if (mailbox.kind !== 'got') return mailbox;
  const collected: Collected[] = [
    { name: 'profile.json', value: profile.value },
    { name: 'mailbox-settings.json', value: mailbox.value },
  ];
  const collections = [
    ['inbox-rules.json', `${user(address)}/mailFolders/inbox/messageRules`],
    ['oauth2-permission-grants.json', grantsOf(profile.value.id ?? '')],
    ['app-role-assignments.json', `${user(address)}/appRoleAssignments`],
    ['authentication-methods.json', `${user(address)}/authentication/methods`],
  ] as const;
  for (const [name, path] of collections) {
    const found = await graph.list<unknown>(path);
    if (found.kind !== 'got') return found;
    collected.push({ name, value: found.value });
  }
  return { kind: 'got', value: collected };
}

async function log(graph: Graph, address: string): Promise<Got<readonly Collected[]>> {
  const account = await findAccount(graph, address);
  if (account.kind !== 'got') return account;
  const signIns = await recentSignIns(graph, account.value.id);
  if (signIns.kind !== 'got') return signIns;
  return { kind: 'got', value: [{ name: 'sign-ins.json', value: signIns.value }] };
}

export const evidenceSnapshot = deed(EvidenceSnapshot, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['MailboxSettings.Read', 'Directory.Read.All', METHODS_SCOPE, 'AuditLog.Read.All'],
  async perform(input, at) {
    const collect = input.kind === 'log' ? log : settings;
    const collected = await collect(at.graph, input.user_email);
    if (collected.kind !== 'got') return collected;
    const kept = await keep(at, collected.value);
    if (kept.kind !== 'got') return kept;
    return { kind: 'done', output: { artifact: kept.value.manifest, items: [...kept.value.items] } };
  },
});

/** What an intruder leaves behind in a mailbox, and what its owner does with a phone. */
import { randomUUID } from 'node:crypto';
import { exchangeId, signIn, type Account } from './state.ts';

/** A forwarding rule, a rule that hides warnings, a consented app, two sign-ins from abroad, a living session. */
export function seedIntruder(account: Account): void {
  const { id, userPrincipalName } = account.user;
  const feeds = exchangeId();
  account.folders.set(feeds, 'RSS Feeds');
  account.rules.push(
    {
      id: exchangeId(),
      displayName: 'Backup',
      sequence: 2,
      isEnabled: true,
      isReadOnly: false,
      hasError: false,
      conditions: { bodyOrSubjectContains: ['invoice', 'payment'] },
      actions: { forwardTo: [{ emailAddress: { address: 'collector@attacker.example' } }], markAsRead: true },
    },
    {
      id: exchangeId(),
      displayName: '.',
      sequence: 3,
      isEnabled: true,
      isReadOnly: false,
      hasError: false,
      conditions: { bodyOrSubjectContains: ['security alert', 'phishing'] },
      actions: { moveToFolder: feeds, markAsRead: true, stopProcessingRules: true },
    },
  );
  const app = randomUUID();
  account.grants.push({
    id: `grant-${randomUUID()}`,
    clientId: app,
    consentType: 'Principal',
    principalId: id,
    resourceId: randomUUID(),
    scope: 'Mail.Read Mail.Send offline_access',
  });
  account.assignments.push({
    id: randomUUID(),
    principalId: id,
    principalType: 'User',
    resourceId: app,
    resourceDisplayName: 'Mail Backup Pro',
    appRoleId: '00000000-0000-0000-0000-000000000000',
  });
  account.signIns.push(signIn(id, userPrincipalName, 'KP', 'Browser'), {
    ...signIn(id, userPrincipalName, 'KP', 'IMAP4'),
    riskState: 'atRisk',
    riskLevelDuringSignIn: 'high',
  });
  account.mailbox = {
    ...account.mailbox,
    automaticRepliesSetting: {
      status: 'alwaysEnabled',
      externalAudience: 'all',
      externalReplyMessage: 'Please use our new bank account from now on.',
      internalReplyMessage: '',
    },
  };
  account.methods.push({
    id: randomUUID(),
    '@odata.type': '#microsoft.graph.phoneAuthenticationMethod',
    createdDateTime: new Date(Date.now() - 1_800_000).toISOString(),
  });
  account.sessions += 1;
}

export function enrollAuthenticator(account: Account): void {
  account.methods.push({
    id: randomUUID(),
    '@odata.type': '#microsoft.graph.microsoftAuthenticatorAuthenticationMethod',
  });
}

/** Google Workspace: Gmail settings as the mailbox's owner, directory and reports as an administrator. */
import { createEgress, type EgressSettings } from '../../egress/egress.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { Connector, Performance } from '../connector.ts';
import { assertUsable, type GoogleConfig, type Workspace } from './config.ts';
import { enroll2FA } from './enroll.ts';
import { deleteFilter, listFilters } from './filters.ts';
import { listMailAccess } from './mail-access.ts';
import { removeDelegates, removeForwardingAddresses } from './mail-guests.ts';
import { closeMailProtocols, stopAutomaticReplies, stopForwarding } from './mail-switches.ts';
import { rotatePassword } from './password.ts';
import { proofOfControl } from './proof.ts';
import { revokeAppAccess, revokeOAuthTokens, signOut } from './sessions.ts';
import { evidenceSnapshot } from './snapshot.ts';
import { requireSecondFactor, suspendAccount } from './standing.ts';
import { GOOGLE_ORIGINS, TOKEN_URL } from './transport.ts';

export type { GoogleConfig } from './config.ts';

/** Throws for a configuration that cannot be used; see `assertUsable`. */
export function createGoogleWorkspace(
  settings: GoogleConfig,
  evidence: EvidenceStore,
  egress?: EgressSettings,
): Connector {
  assertUsable(settings);
  const { rootUrl, tokenUrl = TOKEN_URL } = settings;
  const origins = [...(rootUrl === undefined ? GOOGLE_ORIGINS : [rootUrl]), tokenUrl];
  const config: Workspace = { ...settings, egress: createEgress(origins, egress) };
  return {
    name: 'google-workspace',
    // The Directory takes 2,400 requests a minute from a project; a call makes up to ten.
    perSecond: 4,
    performs: {
      ProofOfControl: proofOfControl(config),
      EvidenceSnapshot: evidenceSnapshot(config, evidence),
      ListFilters: listFilters(config),
      DeleteFilter: deleteFilter(config, evidence),
      // Its optional input makes it differ in type only; inputs are checked before they arrive.
      RotatePassword: rotatePassword(config) as Performance,
      Enroll2FA: enroll2FA(config),
      RevokeOAuthTokens: revokeOAuthTokens(config),
      ListMailAccess: listMailAccess(config),
      StopForwarding: stopForwarding(config),
      RemoveForwardingAddresses: removeForwardingAddresses(config),
      RemoveDelegates: removeDelegates(config),
      CloseMailProtocols: closeMailProtocols(config),
      StopAutomaticReplies: stopAutomaticReplies(config),
      SuspendAccount: suspendAccount(config),
      RequireSecondFactor: requireSecondFactor(config),
      RevokeAppAccess: revokeAppAccess(config),
      SignOut: signOut(config),
    },
  };
}

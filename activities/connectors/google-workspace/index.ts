/** Google Workspace: Gmail settings as the mailbox's owner, directory and reports as an administrator. */
import type { EvidenceStore } from '../../evidence/store.ts';
import type { Connector, Performance } from '../connector.ts';
import { assertUsable, type GoogleConfig } from './config.ts';
import { enroll2FA } from './enroll.ts';
import { deleteFilter, listFilters } from './filters.ts';
import { rotatePassword } from './password.ts';
import { proofOfControl } from './proof.ts';
import { revokeOAuthTokens } from './sessions.ts';
import { evidenceSnapshot } from './snapshot.ts';

export type { GoogleConfig } from './config.ts';

/** Throws for a configuration that cannot be used; see `assertUsable`. */
export function createGoogleWorkspace(config: GoogleConfig, evidence: EvidenceStore): Connector {
  assertUsable(config);
  return {
    name: 'google-workspace',
    performs: {
      ProofOfControl: proofOfControl(config),
      EvidenceSnapshot: evidenceSnapshot(config, evidence),
      ListFilters: listFilters(config),
      DeleteFilter: deleteFilter(config, evidence),
      // Its optional input makes it differ in type only; inputs are checked before they arrive.
      RotatePassword: rotatePassword(config) as Performance,
      Enroll2FA: enroll2FA(config),
      RevokeOAuthTokens: revokeOAuthTokens(config),
    },
  };
}

/** Microsoft 365: Entra accounts and Exchange Online mailboxes, through Microsoft Graph v1.0. */
import type { EgressSettings } from '../../egress/egress.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Connector } from '../connector.ts';
import { createGraph } from './client.ts';
import { tenantOf, type GraphConfig } from './config.ts';
import { PROVIDER } from './fault.ts';
import { revokeAppAccess, revokeOAuthTokens, signOut } from './grants.ts';
import { listMailAccess, stopAutomaticReplies } from './mail-access.ts';
import { enroll2FA } from './methods.ts';
import { listAuthenticationMethods, removeAuthenticationMethods } from './methods-removal.ts';
import { issueAccessPass } from './pass.ts';
import { rotatePassword } from './password.ts';
import { performanceOf, type At } from './performance.ts';
import { proofOfControl } from './proof.ts';
import { deleteFilter, listFilters } from './rules.ts';
import { disableFilter, stopForwarding } from './rules-off.ts';
import { evidenceSnapshot } from './snapshot.ts';
import { requireSecondFactor, suspendAccount } from './standing.ts';
import { createTokens } from '../entra/token.ts';

export type { GraphConfig } from './config.ts';

/** One tenant. Nothing is contacted and no library loaded before the first call. Throws for an unsafe origin. */
export function createMicrosoftGraph(
  config: GraphConfig,
  evidence: EvidenceStore,
  egress?: EgressSettings,
): Connector {
  const tenant = tenantOf(config, egress);
  const tokens = createTokens({ ...tenant, provider: PROVIDER, resource: tenant.graph.origin });
  const bind = (scopes: readonly string[], call: CallContext): At => ({
    graph: createGraph(tenant, tokens, scopes, call),
    evidence,
    ownDomains: tenant.ownDomains,
    secondFactorGroup: tenant.secondFactorGroup,
    call,
  });
  return {
    name: PROVIDER,
    // 3,000 identity writes in 150 s for a tenant, from everything in it; a call makes up to ten requests.
    perSecond: 2,
    performs: Object.fromEntries([
      performanceOf(proofOfControl, bind),
      performanceOf(evidenceSnapshot, bind),
      performanceOf(listFilters, bind),
      performanceOf(deleteFilter, bind),
      performanceOf(rotatePassword, bind),
      performanceOf(enroll2FA, bind),
      performanceOf(revokeOAuthTokens, bind),
      performanceOf(listMailAccess, bind),
      performanceOf(stopForwarding, bind),
      performanceOf(stopAutomaticReplies, bind),
      performanceOf(disableFilter, bind),
      performanceOf(suspendAccount, bind),
      performanceOf(requireSecondFactor, bind),
      performanceOf(revokeAppAccess, bind),
      performanceOf(signOut, bind),
      performanceOf(listAuthenticationMethods, bind),
      performanceOf(removeAuthenticationMethods, bind),
      performanceOf(issueAccessPass, bind),
    ]),
  };
}

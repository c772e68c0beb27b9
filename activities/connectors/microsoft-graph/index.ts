/** Microsoft 365: Entra accounts and Exchange Online mailboxes, through Microsoft Graph v1.0. */
import type { EgressSettings } from '../../egress/egress.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Connector } from '../connector.ts';
import { createGraph } from './client.ts';
import { tenantOf, type GraphConfig } from './config.ts';
import { PROVIDER } from './fault.ts';
import { revokeOAuthTokens } from './grants.ts';
import { enroll2FA } from './methods.ts';
import { rotatePassword } from './password.ts';
import { performanceOf, type At } from './performance.ts';
import { proofOfControl } from './proof.ts';
import { deleteFilter, listFilters } from './rules.ts';
import { evidenceSnapshot } from './snapshot.ts';
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
    ]),
  };
}

/** Where a tenant is and who we are there. */
import { createEgress, type Egress, type EgressSettings } from '../../egress/egress.ts';

export interface GraphConfig {
  /** Directory (tenant) id. */
  readonly tenantId: string;
  /** Application (client) id. */
  readonly clientId: string;
  /** Reference to the client secret, `secret://…`; never the secret. */
  readonly clientSecret: string;
  /** Object id of the group for which a conditional access policy demands a second factor. */
  readonly secondFactorGroup?: string;
  /** Origin of Graph; another one for national clouds. Default `https://graph.microsoft.com`. */
  readonly graphRoot?: string;
  /** Origin that issues tokens. Default `https://login.microsoftonline.com`. */
  readonly authorityHost?: string;
  /** Domains that count as inside. The account's own domain always does. */
  readonly ownDomains?: readonly string[];
}

export interface Tenant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly graph: URL;
  readonly authority: URL;
  /** True when the authority is not Microsoft's public one, which would not know it. */
  readonly foreignAuthority: boolean;
  readonly ownDomains: readonly string[];
  readonly secondFactorGroup: string | null;
  /** Leads to Graph and to the authority, and nowhere else. */
  readonly egress: Egress;
}

const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';

/** Throws when an origin is neither https nor http on this machine's loopback: tokens never travel in the clear. */
export function tenantOf(config: GraphConfig, egress?: EgressSettings): Tenant {
  const authority = origin('authorityHost', config.authorityHost ?? PUBLIC_AUTHORITY);
  const graph = origin('graphRoot', config.graphRoot ?? 'https://graph.microsoft.com');
  return {
    tenantId: config.tenantId,
    clientId: config.clientId,
    clientSecret: config.clientSecret,
    graph,
    authority,
    foreignAuthority: authority.origin !== PUBLIC_AUTHORITY,
    ownDomains: (config.ownDomains ?? []).map((domain) => domain.toLowerCase()),
    secondFactorGroup: config.secondFactorGroup ?? null,
    egress: createEgress([graph.origin, authority.origin], egress),
  };
}

function origin(field: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  if (url === null || !safe || url.username !== '' || url.password !== '')
    throw new Error(
      `Microsoft Graph connector: ${field} must be an https origin (plain http only for 127.0.0.1), without credentials`,
    );
  return new URL(url.origin);
}

/** Which tenant's Defender for Endpoint, and who we are there. */
import { createEgress, type Egress, type EgressSettings } from '../../egress/egress.ts';
import type { Application } from '../entra/token.ts';

export const PROVIDER = 'defender';

export interface DefenderConfig {
  readonly tenantId: string;
  readonly clientId: string;
  /** Reference to the client secret. */
  readonly clientSecret: string;
  /** Origin of the interface; a regional one keeps data in its region. Default `https://api.security.microsoft.com`. */
  readonly apiRoot?: string;
  /** Origin that issues tokens. Default `https://login.microsoftonline.com`. */
  readonly authorityHost?: string;
  /** Origins that investigation packages are fetched from. Default Azure's storage. */
  readonly packageHosts?: readonly string[];
  /** How long to wait between two looks at an action, milliseconds. Default 5 s. */
  readonly pollMs?: number;
}

export interface Reach {
  readonly application: Application;
  readonly api: URL;
  /** For packages: their links hold their own permission, and a token of ours must never go there. */
  readonly packages: Egress;
  readonly pollMs: number;
}

const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';
/** The interface has a new address; tokens for it are still issued in the old one's name. */
const RESOURCE = 'https://api.securitycenter.microsoft.com';

/** Throws for an origin that is neither https nor http on this machine: tokens never travel in the clear. */
export function reachOf(config: DefenderConfig, settings?: EgressSettings): Reach {
  const api = origin('apiRoot', config.apiRoot ?? 'https://api.security.microsoft.com');
  const authority = origin('authorityHost', config.authorityHost ?? PUBLIC_AUTHORITY);
  const { tenantId, clientId, clientSecret, pollMs = 5_000 } = config;
  const egress = createEgress([api.origin, authority.origin], settings);
  return {
    application: {
      provider: PROVIDER,
      tenantId,
      clientId,
      clientSecret,
      authority,
      foreignAuthority: authority.origin !== PUBLIC_AUTHORITY,
      resource: RESOURCE,
      egress,
    },
    api,
    packages: createEgress(config.packageHosts ?? ['https://*.blob.core.windows.net'], settings),
    pollMs,
  };
}

function origin(field: string, text: string): URL {
  const url = URL.parse(text);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  if (url === null || !safe || url.username !== '' || url.password !== '')
    throw new Error(
      `defender: ${field} must be an https origin (plain http only for 127.0.0.1), without credentials`,
    );
  return new URL(url.origin);
}

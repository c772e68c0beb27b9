/** How to reach one Google Workspace. Holds references and addresses, never a secret. */
import type { Egress } from '../../egress/egress.ts';

export interface GoogleConfig {
  /** Reference to the service account's JSON key; the account needs domain-wide delegation. */
  readonly serviceAccount: string;
  /** The administrator in whose name the directory and the reports are used. */
  readonly adminSubject: string;
  /** Mail domains of the organisation. Accounts elsewhere are refused; forwarding elsewhere is suspicious. */
  readonly domains: readonly string[];
  /** Path of the organisational unit that enforces 2-Step Verification; without it no account is moved there. */
  readonly secondFactorUnit?: string;
  /** Origin of the interfaces, for a simulator; Google's own hosts where absent. */
  readonly rootUrl?: string;
  /** Token endpoint, for a simulator; Google's own where absent. */
  readonly tokenUrl?: string;
}

/** The configuration, and the way to the places it names. */
export interface Workspace extends GoogleConfig {
  readonly egress: Egress;
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Throws for a configuration that would send credentials in the clear or could never own an account. */
export function assertUsable(config: GoogleConfig): void {
  for (const field of ['rootUrl', 'tokenUrl'] as const) {
    const text = config[field];
    if (text === undefined) continue;
    const url = URL.parse(text);
    if (
      url === null ||
      (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    )
      throw new Error(
        `google-workspace: ${field} must be an https URL, or http on this machine; got "${text}"`,
      );
  }
  if (config.domains.length === 0)
    throw new Error('google-workspace: domains must name at least one mail domain of the organisation');
}

/** The domain of a mail address, in lower case; empty when there is none. */
export function domainOf(address: string): string {
  const normal = address.normalize('NFKC').trim().toLowerCase();
  return normal.includes('@') ? normal.slice(normal.lastIndexOf('@') + 1).replace(/[>\s.]+$/, '') : '';
}

export function isOurs(config: Pick<GoogleConfig, 'domains'>, address: string): boolean {
  const domain = domainOf(address);
  return config.domains.some((ours) => ours.toLowerCase() === domain);
}

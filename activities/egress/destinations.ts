/** The places a connector may speak to: what the operator configured for it, and nothing else. */
import { isPublicAddress, literalAddress } from './address.ts';
import { EgressRefused } from './refusal.ts';

export interface Destination {
  readonly url: URL;
  /** May its name lead to an address inside? */
  readonly inside: boolean;
}

export interface Destinations {
  /** Compared after parsing, so that every spelling of a host is one. Throws `EgressRefused`. */
  find(url: string | URL): Destination;
}

interface Allowed {
  readonly protocol: string;
  /** Host name; `.example.org` stands for every name below it. */
  readonly host: string;
  readonly port: string;
  readonly inside: boolean;
}

/**
 * `origins` as the configuration has them, also `https://*.example.org`. An origin that is itself an address
 * inside, or this machine's name, says so plainly and may be reached; a name needs to be in `privateHosts`.
 * Throws for what is no origin.
 */
export function createDestinations(
  origins: readonly string[],
  privateHosts: readonly string[] = [],
): Destinations {
  const inside = new Set(privateHosts.map((host) => host.toLowerCase()));
  const allowed = origins.map((origin) => allowedOrigin(origin, inside));
  return {
    find(from) {
      const url = typeof from === 'string' ? URL.parse(from) : from;
      if (url === null || !isHttp(url) || url.username !== '' || url.password !== '')
        throw new EgressRefused('EGRESS_URL');
      const found = allowed.find((one) => covers(one, url));
      if (found === undefined) throw new EgressRefused('EGRESS_DESTINATION');
      return { url, inside: found.inside };
    },
  };
}

function allowedOrigin(origin: string, inside: ReadonlySet<string>): Allowed {
  const url = URL.parse(origin.replace('://*.', '://any.'));
  if (url === null || !isHttp(url) || url.username !== '' || url.password !== '')
    throw new Error(`an allowed address must be an http or https origin without credentials; got ${origin}`);
  const host = origin.includes('://*.') ? url.hostname.replace(/^any/, '') : url.hostname;
  const literal = literalAddress(host);
  const named = inside.has(host.toLowerCase()) || inside.has(`${host}:${portOf(url)}`);
  const plainlyInside = literal === null ? isThisMachine(host) : !isPublicAddress(literal);
  return { protocol: url.protocol, host, port: portOf(url), inside: named || plainlyInside };
}

function covers(allowed: Allowed, url: URL): boolean {
  const { hostname } = url;
  const fits = allowed.host.startsWith('.')
    ? hostname.endsWith(allowed.host) && hostname.length > allowed.host.length
    : hostname === allowed.host;
  return fits && url.protocol === allowed.protocol && portOf(url) === allowed.port;
}

function isHttp(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}

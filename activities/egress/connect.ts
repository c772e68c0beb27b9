/**
 * Opens connections, and looks at where they really lead: names are resolved here, every address is checked,
 * and the connected socket is asked once more. So a name that changes its address between check and use,
 * or has one good address among bad ones, leads nowhere.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { Agent, buildConnector } from 'undici';
import { isPublicAddress, literalAddress } from './address.ts';
import type { Destinations } from './destinations.ts';
import { EgressRefused } from './refusal.ts';

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface Connecting {
  readonly destinations: Destinations;
  /** PEM certificates of authorities that count besides the system's. */
  readonly authorities: readonly string[];
  readonly resolve: Resolve;
}

const CONNECT_MS = 10_000;
const LARGEST_HEADER_BYTES = 16 * 1024;

/**
 * Every exchange has a connection of its own: one kept from before may be closed under a request, whose
 * fate would then be unknown. Certificates are always verified, whatever the environment says.
 */
export async function createDispatcher(connecting: Connecting): Promise<Agent> {
  const undici = await import('undici');
  const { authorities } = connecting;
  const connect = (guard: LookupFunction) =>
    undici.buildConnector({
      timeout: CONNECT_MS,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      lookup: guard,
      ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
    });
  const open = connect(guardedLookup(connecting.resolve, false));
  const openInside = connect(guardedLookup(connecting.resolve, true));
  return new undici.Agent({
    pipelining: 0,
    maxHeaderSize: LARGEST_HEADER_BYTES,
    connect: (options, done) => connectTo(connecting.destinations, { open, openInside }, options, done),
  });
}

type Connect = ReturnType<typeof buildConnector>;

function connectTo(
  destinations: Destinations,
  ways: { readonly open: Connect; readonly openInside: Connect },
  options: buildConnector.Options,
  done: buildConnector.Callback,
): void {
  let inside: boolean;
  try {
    ({ inside } = destinations.find(`${options.protocol}//${options.host ?? options.hostname}`));
  } catch (error) {
    return done(error as Error, null);
  }
  const literal = literalAddress(options.hostname);
  if (literal !== null && !inside && !isPublicAddress(literal))
    return done(new EgressRefused('EGRESS_ADDRESS'), null);
  const way = inside ? ways.openInside : ways.open;
  way(options, (error, socket) => {
    if (error !== null) return done(error, null);
    if (inside || isPublicAddress(socket.remoteAddress ?? '')) return done(null, socket);
    socket.destroy();
    done(new EgressRefused('EGRESS_ADDRESS'), null);
  });
}

type Found = Parameters<LookupFunction>[2];

/** One address inside among the answers is enough to refuse the name. */
function guardedLookup(resolve: Resolve, inside: boolean): LookupFunction {
  async function lookUp(hostname: string, all: boolean, done: Found): Promise<void> {
    let addresses: readonly LookupAddress[];
    try {
      addresses = await resolve(hostname);
    } catch (error) {
      return done(error instanceof Error ? error : notFound(), '', 0);
    }
    const [first] = addresses;
    if (first === undefined) return done(notFound(), '', 0);
    if (!inside && !addresses.every(({ address }) => isPublicAddress(address)))
      return done(new EgressRefused('EGRESS_ADDRESS'), '', 0);
    return all ? done(null, [...addresses]) : done(null, first.address, first.family);
  }
  return (hostname, options, done) => void lookUp(hostname, options.all === true, done);
}

function notFound(): Error {
  return Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
}

export const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });

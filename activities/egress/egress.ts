/**
 * The way out: every HTTP request of every connector goes through an `Egress`, which knows the few places its
 * owner may speak to.
 *
 * G1 Nothing is sent to a place that the configuration does not name, under whatever spelling.
 * G2 A name that leads inside is refused at the connection, unless the configuration allows that host.
 * G3 A redirect is never followed to another origin.
 * G4 Every exchange ends: by its deadline, its byte limit or its header limit.
 * G5 Certificates are verified; no setting changes that.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { decode, type Body } from './body.ts';
import { createDispatcher, resolveBySystem, type Resolve } from './connect.ts';
import { converse } from './conversation.ts';
import { createDestinations } from './destinations.ts';
import { readJson, type ReadJson } from './json.ts';
import { nextHop } from './redirect.ts';
import { EgressRefused } from './refusal.ts';

/** What all connectors of a deployment share. */
export interface EgressSettings {
  /** Hosts, with or without port, whose names may lead to addresses inside. */
  readonly privateHosts?: readonly string[];
  /** PEM certificates of authorities that count besides the system's. */
  readonly authorities?: readonly string[];
  readonly resolve?: Resolve;
}

export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  readonly signal: AbortSignal;
  /** Of the answer's body, after decompression. Default 8 MiB. */
  readonly mostBytes?: number;
  /** From the first byte sent to the last received, milliseconds. Default 30 s. */
  readonly deadlineMs?: number;
  /** How many redirects a read may follow within its origin; more are refused. Default 0: a redirect is an answer. */
  readonly redirects?: number;
  /**
   * For bodies too large to be held: takes the bytes as they come over the wire, undecoded and at once. The
   * answer's own body is then empty. Ask for `accept-encoding: identity`.
   */
  readonly take?: (chunk: Buffer, status: number) => void;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Egress {
  /** Rejects with `EgressRefused` when nothing was sent, else as the connection does: its `code` says how. */
  send(request: Outgoing): Promise<Received>;
}

const USUAL_DEADLINE_MS = 30_000;
export const USUAL_MOST_BYTES = 8 * 1024 * 1024;

/** Nothing is loaded or opened before the first request. Throws for an origin that is none. */
export function createEgress(origins: readonly string[], settings: EgressSettings = {}): Egress {
  const destinations = createDestinations(origins, settings.privateHosts);
  let dispatcher: Promise<Dispatcher> | null = null;
  const dispatch = () =>
    (dispatcher ??= createDispatcher({
      destinations,
      authorities: settings.authorities ?? [],
      resolve: settings.resolve ?? resolveBySystem,
    }));

  return {
    async send(request) {
      let { url } = destinations.find(request.url);
      assertSendable(request);
      const signal = within(request);
      const follows = request.redirects ?? 0;
      for (let hops = 0; ; hops += 1) {
        const received = await once(await dispatch(), request, url, signal);
        const next = follows > 0 ? nextHop(request.method, url, received) : null;
        if (next === null) return received;
        if (next === 'refused' || hops >= follows) throw new EgressRefused('EGRESS_REDIRECT');
        ({ url } = destinations.find(next.to));
      }
    },
  };
}

/** The body as JSON, or why it is none that can be used. */
export function jsonOf(
  { body }: Pick<Received, 'body'>,
  deepest?: number,
): ReadJson | Extract<Body, { readonly kind: 'unreadable' }> {
  return body.kind === 'bytes' ? readJson(body.bytes, deepest) : body;
}

function within(request: Outgoing): AbortSignal {
  return AbortSignal.any([request.signal, AbortSignal.timeout(request.deadlineMs ?? USUAL_DEADLINE_MS)]);
}

async function once(
  dispatcher: Dispatcher,
  request: Outgoing,
  url: URL,
  signal: AbortSignal,
): Promise<Received> {
  const mostBytes = request.mostBytes ?? USUAL_MOST_BYTES;
  const parts: Buffer[] = [];
  const { method, body } = request;
  const { status, headers, cut } = await converse(dispatcher, {
    method,
    url,
    headers: { 'accept-encoding': 'gzip', 'user-agent': 'cordon', ...lowered(request.headers) },
    ...(body === undefined ? {} : { body }),
    signal,
    mostBytes,
    take: request.take ?? ((chunk) => void parts.push(chunk)),
  });
  if (cut) return { status, headers, body: { kind: 'unreadable', why: 'too_large' } };
  const whole = await decode(Buffer.concat(parts), headers.get('content-encoding'), mostBytes);
  return { status, headers, body: whole };
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** RFC 9110 5.6.2: a token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function assertSendable({ method, headers }: Outgoing): void {
  const sound =
    TOKEN.test(method) &&
    Object.entries(headers).every(([name, value]) => TOKEN.test(name) && VALUE.test(value));
  if (!sound) throw new EgressRefused('EGRESS_REQUEST');
}

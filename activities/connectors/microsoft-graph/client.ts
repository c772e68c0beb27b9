/** Microsoft Graph v1.0 over fetch: tokens, bounds, paging. One request at a time per call; never a retry. */
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import type { Egress } from '../../egress/egress.ts';
import type { CallContext } from '../connector.ts';
import type { Tenant } from './config.ts';
import { failureForStatus, failureForThrown, PROVIDER, refused, unavailable, unreadable } from './fault.ts';
import type { Asked, Got } from './fault.ts';
import type { Tokens } from '../entra/token.ts';
import { exchange, parseBounded, type Received } from './transport.ts';

const MOST_PAGES = 100;

export interface Graph {
  /** Address of the version root, as references to directory objects begin. */
  readonly root: string;
  /** Paths stand below the version and carry their query; every part from outside MUST be percent-encoded. */
  get<T>(path: string): Promise<Got<T>>;
  /** All pages of a collection of objects. */
  list<T>(path: string): Promise<Got<readonly T[]>>;
  /** A question that is asked by POST and answered with a list; it changes nothing. */
  ask<T>(path: string, body: Json): Promise<Got<readonly T[]>>;
  /** Any 2xx is success. The value is the answer's JSON, or null when it has none. */
  change(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: Json): Promise<Got<Json>>;
}

interface Session {
  /** Address that paths are appended to. */
  readonly root: string;
  readonly tokens: Tokens;
  readonly egress: Egress;
  readonly scopes: readonly string[];
  readonly call: CallContext;
}

export function createGraph(
  tenant: Tenant,
  tokens: Tokens,
  scopes: readonly string[],
  call: CallContext,
): Graph {
  const root = new URL('/v1.0', tenant.graph).href;
  const session: Session = { root, tokens, egress: tenant.egress, scopes, call };
  return {
    root,
    get: async <T>(path: string): Promise<Got<T>> => {
      const page = await read(session, path, session.root + path);
      return page.kind === 'got' ? { kind: 'got', value: page.value as T } : page;
    },
    list: async <T>(path: string): Promise<Got<readonly T[]>> => {
      const items = await readAll(session, path);
      return items.kind === 'got' ? { kind: 'got', value: items.value as readonly T[] } : items;
    },
    ask: async <T>(path: string, body: Json): Promise<Got<readonly T[]>> => {
      const asked: Asked = { ...named(session, 'POST', path), reads: true };
      const received = await send(session, asked, session.root + path, body);
      if (received.kind !== 'got') return received;
      const parsed = parseBounded(received.value.text);
      if (parsed.kind !== 'json') return unreadable(asked, parsed.why);
      const items = isObject(parsed.value) ? parsed.value['value'] : undefined;
      return Array.isArray(items)
        ? { kind: 'got', value: items as readonly T[] }
        : unreadable(asked, 'not_expected');
    },
    change: async (method, path, body) => {
      const received = await send(session, named(session, method, path), session.root + path, body);
      if (received.kind !== 'got') return received;
      // It took effect, whatever the body looks like.
      const parsed = parseBounded(received.value.text);
      return { kind: 'got', value: parsed.kind === 'json' ? parsed.value : null };
    },
  };
}

function named(session: Session, method: string, path: string): Asked {
  return { method, path: path.split('?')[0] ?? path, scopes: session.scopes };
}

/** A 401 costs one new token; the second 401 stands. */
async function send(session: Session, asked: Asked, url: string, body?: Json): Promise<Got<Received>> {
  const { tokens, call } = session;
  for (let renewed = false; ; renewed = true) {
    const token = await tokens.current(call);
    if (token.kind !== 'got') return token;
    if (call.signal.aborted)
      return unavailable(
        `${PROVIDER}_aborted`,
        `the call ended before ${asked.method} ${asked.path} was sent`,
      );
    call.heartbeat();
    const received = await attempt(session, asked, url, token.value, body);
    if (received.kind !== 'got') return received;
    const { status } = received.value;
    if (status >= 200 && status < 300) return received;
    if (status !== 401 || renewed) return failureForStatus(asked, received.value);
    tokens.drop(token.value);
  }
}

async function attempt(
  session: Session,
  asked: Asked,
  url: string,
  token: string,
  body?: Json,
): Promise<Got<Received>> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const value = await exchange(session.egress, {
      method: asked.method,
      url,
      headers: { accept: 'application/json', authorization: `Bearer ${token}`, ...type },
      ...content,
      signal: session.call.signal,
    });
    return { kind: 'got', value };
  } catch (error) {
    return failureForThrown(asked, error);
  }
}

async function read(session: Session, path: string, url: string): Promise<Got<JsonObject>> {
  const asked = named(session, 'GET', path);
  const received = await send(session, asked, url);
  if (received.kind !== 'got') return received;
  const parsed = parseBounded(received.value.text);
  if (parsed.kind !== 'json') return unreadable(asked, parsed.why);
  return isObject(parsed.value) ? { kind: 'got', value: parsed.value } : unreadable(asked, 'not_expected');
}

async function readAll(session: Session, path: string): Promise<Got<readonly JsonObject[]>> {
  const pages: JsonObject[][] = [];
  const seen = new Set<string>();
  for (let url: string | null = session.root + path; url !== null;) {
    if (seen.has(url) || seen.size >= MOST_PAGES || !below(session.root, url)) return strayed(path);
    seen.add(url);
    const page = await read(session, path, url);
    if (page.kind !== 'got') return page;
    const items: Json | undefined = page.value['value'];
    if (!Array.isArray(items) || !items.every(isObject))
      return unreadable(named(session, 'GET', path), 'not_expected');
    pages.push(items);
    const next: Json | undefined = page.value['@odata.nextLink'];
    url = typeof next === 'string' ? next : null;
  }
  return { kind: 'got', value: pages.flat() };
}

/** A next link comes from an answer: the token follows it only within Graph's own version root. */
function below(root: string, url: string): boolean {
  return URL.canParse(url) && new URL(url).href.startsWith(`${root}/`);
}

function strayed(path: string): Got<never> {
  const message = `the pages of GET ${path.split('?')[0]} repeat, do not end, or lead away from Graph; ask again later`;
  return refused(`${PROVIDER}_paging`, message);
}

/** One endpoint: who may use it, what it takes. Anything it does not know is refused, as a typo must be. */
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { Reply, Request } from '../serve.ts';
import type { Account, Accounts } from './accounts.ts';
import { errorReply, scopeMissing, tokenRefused } from './error-reply.ts';
import type { Bearer, OAuth } from './oauth.ts';

export interface Visit {
  readonly account: Account;
  /** A path parameter; empty when the pattern has none of that name. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Log that something changed. */
  readonly changed: (what: string) => void;
}

/** What a body may hold; an object with the fields it may hold in turn. */
export interface Fields {
  readonly [name: string]: 'string' | 'boolean' | 'number' | 'strings' | Fields;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** `{user}` is the account, as the mailbox itself or as an administrator names it. */
  readonly path: string;
  /** Any one of them is enough. */
  readonly scopes: readonly string[];
  readonly side: 'mailbox' | 'admin';
  readonly query?: readonly string[];
  readonly body?: Fields;
  answer(visit: Visit): Reply;
}

/** Accepted by every Google interface. */
const STANDARD_QUERY = new Set(['alt', 'fields', 'prettyPrint', 'quotaUser']);

export function serveRoute(
  world: {
    readonly routes: readonly Route[];
    readonly accounts: Accounts;
    readonly oauth: OAuth;
    readonly log: (account: Account, what: string) => void;
  },
  request: Request,
): Reply {
  const found = find(world.routes, request);
  if (found === null) return errorReply(404, `no such method: ${request.method} ${request.path}`);
  const { route, params } = found;
  const bearer = world.oauth.bearer(request);
  if (bearer === null) return tokenRefused();
  if (!route.scopes.some((scope) => bearer.scopes.includes(scope))) return scopeMissing(route.scopes);
  const unknown = [...request.query.keys()].find(
    (name) => !STANDARD_QUERY.has(name) && !route.query?.includes(name),
  );
  if (unknown !== undefined) return errorReply(400, `Invalid request. Unknown name "${unknown}"`);
  const body = readBody(request.body, route.body ?? {});
  if (typeof body === 'string') return errorReply(400, `Invalid JSON payload received. ${body}`);
  const account = resolve(world.accounts, route, bearer, params.get('user') ?? '');
  if ('status' in account) return account;
  const changed = (what: string): void => world.log(account, what);
  return route.answer({
    account,
    param: (name) => params.get(name) ?? '',
    query: request.query,
    body,
    changed,
  });
}

function find(
  routes: readonly Route[],
  { method, path }: Request,
): { readonly route: Route; readonly params: ReadonlyMap<string, string> } | null {
  const segments = path.split('/');
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (route.method !== method || pattern.length !== segments.length) continue;
    const params = new Map<string, string>();
    const fits = pattern.every((part, at) => {
      const segment = segments[at] ?? '';
      if (!part.startsWith('{')) return part === segment;
      params.set(part.slice(1, -1), decoded(segment));
      return segment !== '';
    });
    if (fits) return { route, params };
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function readBody(text: string, fields: NonNullable<Route['body']>): JsonObject | string {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (!isObject(body)) return 'Root element must be a message.';
    return wrongField(body, fields) ?? body;
  } catch {
    return 'Unexpected token.';
  }
}

function wrongField(body: JsonObject, fields: Fields): string | null {
  for (const [name, value] of Object.entries(body)) {
    const wanted = fields[name];
    if (wanted === undefined) return `Unknown name "${name}": Cannot find field.`;
    if (typeof wanted === 'object') {
      const wrong = isObject(value) ? wrongField(value, wanted) : `Invalid value at "${name}".`;
      if (wrong !== null) return wrong;
    } else if (wanted === 'strings') {
      if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
        return `Invalid value at "${name}".`;
    } else if (typeof value !== wanted) return `Invalid value at "${name}".`;
  }
  return null;
}

/** Mailboxes speak for themselves only; everything else takes an administrator. */
function resolve(accounts: Accounts, { side }: Route, { subject }: Bearer, user: string): Account | Reply {
  if (side === 'mailbox') {
    const own = accounts.find(subject);
    const named = user === 'me' || user.toLowerCase() === subject;
    return own !== null && named ? own : errorReply(403, `Delegation denied for ${subject}`);
  }
  if (accounts.find(subject)?.isAdmin !== true)
    return errorReply(403, 'Not Authorized to access this resource/api');
  return accounts.find(user) ?? errorReply(404, 'Resource Not Found: userKey');
}

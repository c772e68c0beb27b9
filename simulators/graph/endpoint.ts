/** How an endpoint is written down: what it answers to, who may call it, what it does. */
import type { EffectLog } from '../effect-log.ts';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import type { Reply, Request } from '../serve.ts';
import { graphError } from './error.ts';
import type { Tenant } from './state.ts';

export interface Visit {
  readonly request: Request;
  /** Decoded values of the `:name` parts. */
  readonly part: Readonly<Record<string, string>>;
  readonly roles: ReadonlySet<string>;
  readonly tenant: Tenant;
  /** Items per page when the request asks for no fewer. */
  readonly pageSize: number;
  effect(account: string, what: string): void;
}

export interface Endpoint {
  readonly method: string;
  /** Below /v1.0, for instance `users/:user/authentication/methods`. */
  readonly path: string;
  /** Any one of these app roles opens it. */
  readonly roles: readonly string[];
  /** Exchange says no in its own words. */
  readonly denial?: 'ErrorAccessDenied';
  serve(visit: Visit): Reply;
}

/** Values of the `:name` parts; null when the path is another one. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const value = given[at] ?? '';
    if (want.startsWith(':')) parts[want.slice(1)] = decodeURIComponent(value);
    else if (want.toLowerCase() !== value.toLowerCase()) return null;
  }
  return parts;
}

export function effectWriter(log: EffectLog, request: Request): Visit['effect'] {
  return (account, what) => log.append({ method: request.method, path: request.path, account, what });
}

/** One page of a collection, with the link to the next. */
export function page(visit: Visit, items: readonly object[]): Reply {
  const { query, path, headers } = visit.request;
  const skip = Number(query.get('$skiptoken') ?? '0');
  const size = Math.min(Number(query.get('$top') ?? visit.pageSize), visit.pageSize);
  if (!Number.isInteger(skip) || !Number.isInteger(size) || size < 1 || skip < 0)
    return graphError(400, 'BadRequest', 'Invalid $top or $skiptoken.');
  const next = new URLSearchParams(query);
  next.set('$skiptoken', String(skip + size));
  const link = { '@odata.nextLink': `http://${headers.host ?? ''}${path}?${next.toString()}` };
  const more = skip + size < items.length ? link : {};
  const root = `http://${headers.host ?? ''}/v1.0/$metadata`;
  return {
    status: 200,
    body: { '@odata.context': root, ...more, value: items.slice(skip, skip + size) as unknown as Json },
  };
}

/** Deletes by id in place; false when there is no such item. */
export function removeById(items: { readonly id: string }[], id: string): boolean {
  const at = items.findIndex((item) => item.id === id);
  if (at < 0) return false;
  items.splice(at, 1);
  return true;
}

/** The body, when it is an object of these fields and no others. */
export function bodyOf(visit: Visit, fields: readonly string[]): JsonObject | null {
  const body = readJson(visit.request.body);
  return isObject(body) && Object.keys(body).every((name) => fields.includes(name)) ? body : null;
}

/** Empty for anything but text. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function unknownProperty(): Reply {
  return graphError(400, 'Request_BadRequest', 'The request holds a property that is not known here.');
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

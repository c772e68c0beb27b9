/** The interface below /api: who may call what, and what it answers. */
import { randomUUID } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import type { EffectLog } from '../effect-log.ts';
import type { Reply, Request } from '../serve.ts';
import type { Action, Estate } from './state.ts';

export const PERMISSIONS = [
  'Machine.Read.All',
  'Machine.Isolate',
  'Machine.CollectForensics',
  'Machine.StopAndQuarantine',
  'Ti.ReadWrite',
] as const;

const ORDERS: { readonly [verb: string]: { readonly type: string; readonly role: string } } = {
  isolate: { type: 'Isolate', role: 'Machine.Isolate' },
  unisolate: { type: 'Unisolate', role: 'Machine.Isolate' },
  collectInvestigationPackage: { type: 'CollectInvestigationPackage', role: 'Machine.CollectForensics' },
  StopAndQuarantineFile: { type: 'StopAndQuarantineFile', role: 'Machine.StopAndQuarantine' },
};

export interface Interface {
  readonly estate: Estate;
  readonly effects: EffectLog;
  /** Where packages are fetched; known once the server listens. */
  readonly packageUrl: (id: string) => string;
}

export function answer(at: Interface, request: Request, roles: readonly string[]): Reply {
  const [kind = '', id = '', verb = '', ...rest] = request.path.replace(/^\/api\//, '').split('/');
  if (rest.length > 0) return defenderError(404, 'NotFound');
  const may = (role: string, then: () => Reply): Reply =>
    roles.includes(role) ? then() : defenderError(403, 'Forbidden');
  if (kind === 'machines' && request.method === 'GET')
    return may('Machine.Read.All', () => machines(at, request, id));
  if (kind === 'machines' && request.method === 'POST') return order(at, request, id, verb, may);
  if (kind === 'machineactions' && request.method === 'GET')
    return may('Machine.Read.All', () => actions(at, request, id, verb));
  if (kind === 'indicators') return may('Ti.ReadWrite', () => indicators(at, request, id));
  return defenderError(404, 'NotFound');
}

function machines({ estate }: Interface, { query }: Request, id: string): Reply {
  const all = [...estate.machines].map(([computerDnsName, machineId]) => ({
    id: machineId,
    computerDnsName,
  }));
  if (id !== '') {
    const found = all.find((one) => one.id === id);
    return found ? { status: 200, body: found } : defenderError(404, 'ResourceNotFound');
  }
  const name = /^computerDnsName eq '((?:[^']|'')*)'$/.exec(query.get('$filter') ?? '')?.[1];
  if (name === undefined) return defenderError(400, 'InvalidFilter');
  return { status: 200, body: { value: all.filter((one) => one.computerDnsName === name) } };
}

function order(
  { estate, effects }: Interface,
  request: Request,
  machineId: string,
  verb: string,
  may: (role: string, then: () => Reply) => Reply,
): Reply {
  const known = Object.hasOwn(ORDERS, verb) ? ORDERS[verb] : undefined;
  if (known === undefined) return defenderError(404, 'NotFound');
  return may(known.role, () => {
    const body = parse(request.body);
    if (typeof body['Comment'] !== 'string') return defenderError(400, 'MissingComment');
    if (![...estate.machines.values()].includes(machineId)) return defenderError(404, 'ResourceNotFound');
    const open = estate.actions.some(
      ({ machineId: on, type, status }) =>
        on === machineId && type === known.type && /^(Pending|InProgress)$/.test(status),
    );
    if (open) return defenderError(400, 'ActiveRequestAlreadyExists');
    const external = typeof body['ExternalId'] === 'string' ? body['ExternalId'] : null;
    const action = estate.order(machineId, known.type, external);
    effects.append({
      method: request.method,
      path: request.path,
      account: machineId,
      what: `${known.type} ordered`,
    });
    return { status: 201, body: shown(action) };
  });
}

function actions({ estate, packageUrl }: Interface, { query }: Request, id: string, verb: string): Reply {
  if (id === '') {
    const filter = query.get('$filter') ?? '';
    const machine = /machineId eq '([0-9a-f]{40})'/.exec(filter)?.[1];
    const types = [...filter.matchAll(/type eq '([A-Za-z]+)'/g)].map(([, type]) => type);
    if (machine === undefined || types.length === 0) return defenderError(400, 'InvalidFilter');
    const found = estate.actions.filter((one) => one.machineId === machine && types.includes(one.type));
    return { status: 200, body: { value: found.map(shown) } };
  }
  const action = verb === '' ? estate.look(id) : (estate.actions.find((one) => one.id === id) ?? null);
  if (action === null) return defenderError(404, 'ResourceNotFound');
  if (verb === '') return { status: 200, body: shown(action) };
  if (
    verb !== 'GetPackageUri' ||
    action.type !== 'CollectInvestigationPackage' ||
    action.status !== 'Succeeded'
  )
    return defenderError(404, 'ResourceNotFound');
  return { status: 200, body: { value: packageUrl(action.id) } };
}

function indicators({ estate, effects }: Interface, request: Request, id: string): Reply {
  const wrote = (what: string) =>
    effects.append({ method: request.method, path: request.path, account: 'indicators', what });
  const { indicators: all } = estate;
  if (request.method === 'GET' && id === '') {
    const value = /^indicatorValue eq '((?:[^']|'')*)'$/.exec(request.query.get('$filter') ?? '')?.[1];
    return {
      status: 200,
      body: { value: [...all.values()].filter((one) => one['indicatorValue'] === value) },
    };
  }
  if (request.method === 'GET') {
    const found = all.get(id);
    return found ? { status: 200, body: found } : defenderError(404, 'ResourceNotFound');
  }
  if (request.method === 'DELETE') {
    if (!all.delete(id)) return defenderError(404, 'ResourceNotFound');
    wrote(`indicator ${id} removed`);
    return { status: 204 };
  }
  const body = parse(request.body);
  const needed = ['indicatorValue', 'indicatorType', 'action', 'title', 'description'];
  if (request.method !== 'POST' || !needed.every((name) => typeof body[name] === 'string'))
    return defenderError(400, 'BadRequest');
  // Posting is by value: what is there under it is replaced.
  const same = [...all.values()].find((one) => one['indicatorValue'] === body['indicatorValue']);
  const made = { ...body, id: text(same?.['id']) || randomUUID() };
  all.set(made.id, made);
  wrote(`indicator ${text(body['indicatorValue'])} set to ${text(body['action'])}`);
  return { status: 200, body: made };
}

function shown({ left: _left, ...action }: Action): JsonObject {
  return { ...action };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function parse(body: string): JsonObject {
  try {
    const value = JSON.parse(body) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function defenderError(status: number, code: string): Reply {
  return { status, body: { error: { code, message: 'Refused.', target: randomUUID() } } };
}

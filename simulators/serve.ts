/** The HTTP side of a simulator: bounded bodies, faults, the control interface, an orderly close. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject, type Json } from '../workflows/language/json.ts';
import type { EffectLog } from './effect-log.ts';
import { readFault, type Faults } from './faults.ts';
import type { Fault, Simulator } from './simulator.ts';

export interface Request {
  readonly method: string;
  /** Decoded segment by segment by whoever routes it; without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string goes out as it stands; none for an empty body. */
  readonly body?: Json;
}

export interface Provider {
  handle(request: Request): Reply;
  /** The provider's own shape of the error that a fault of kind `status` or `expired_token` asks for. */
  refuse(fault: Fault, request: Request): Reply;
}

type Control = Pick<Simulator, 'seedAttacker' | 'enroll2FA' | 'describe'>;

const LARGEST_BODY = 1_048_576;

/** Serves on 127.0.0.1; port 0 takes any free one. Rejects when the port is taken. */
export async function serve(options: {
  readonly port: number;
  readonly provider: Provider;
  readonly faults: Faults;
  readonly effects: EffectLog;
  readonly control: Control;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    void answer(options, incoming, response).catch(() => response.destroy());
  });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function answer(
  options: Parameters<typeof serve>[0],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await read(incoming);
  if (request === null) return send(response, { status: 413 });
  if (request.path.startsWith('/_simulator/')) return send(response, control(options, request));
  const fault = options.faults.take(request.method, request.path);
  if (fault === null) return send(response, options.provider.handle(request));
  await suffer(fault, request, options.provider, response);
}

async function suffer(
  fault: Fault,
  request: Request,
  provider: Provider,
  response: ServerResponse,
): Promise<void> {
  switch (fault.kind) {
    case 'delay':
      await wait(fault.delayMs ?? 0, undefined, { ref: false });
      return send(response, provider.handle(request));
    case 'hang':
      return;
    case 'reset_before':
      return void response.socket?.resetAndDestroy();
    case 'reset_after':
      provider.handle(request);
      return void response.socket?.resetAndDestroy();
    case 'body':
      return send(response, { status: 200, body: fault.body ?? '' });
    case 'status':
    case 'expired_token': {
      const refusal = provider.refuse(fault, request);
      const later = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      return send(response, { ...refusal, headers: { ...refusal.headers, ...later } });
    }
    default:
      return unknownFault(fault.kind);
  }
}

function unknownFault(kind: never): never {
  throw new Error(`a fault nobody declared: ${String(kind)}`);
}

async function read(incoming: IncomingMessage): Promise<Request | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > LARGEST_BODY) return null;
    parts.push(part);
  }
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const body = Buffer.concat(parts).toString('utf8');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
}

function send(response: ServerResponse, reply: Reply): void {
  const body =
    reply.body === undefined || typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...reply.headers,
  });
  response.end(body);
}

/** POST faults, attacker, enroll; GET effects, account. Tells whoever runs a simulator in its own process. */
function control(options: Parameters<typeof serve>[0], request: Request): Reply {
  const route = `${request.method} ${request.path.slice('/_simulator/'.length)}`;
  if (route === 'GET effects') return { status: 200, body: options.effects.all() as unknown as Json };
  if (route === 'GET account')
    return { status: 200, body: options.control.describe(request.query.get('email') ?? '') };
  const body = parse(request.body);
  if (route === 'POST faults') {
    const fault = readFault(body);
    if (fault === null)
      return { status: 400, body: { error: 'not a fault: needs match, kind and times (at least 1)' } };
    options.faults.add(fault);
    return { status: 204 };
  }
  const email = isObject(body) && typeof body['email'] === 'string' ? body['email'] : null;
  if (email === null) return { status: 400, body: { error: 'needs {"email": "…"}' } };
  if (route === 'POST attacker') options.control.seedAttacker(email);
  else if (route === 'POST enroll') options.control.enroll2FA(email);
  else return { status: 404, body: { error: `no control ${route}` } };
  return { status: 204 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

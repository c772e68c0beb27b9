/** What the engine would hand to a call, and a server on loopback that a test scripts request by request. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { CallContext } from '../../activities/connectors/connector.ts';
import { SecretUnavailable } from '../../activities/secrets/unavailable.ts';

export function createCall(
  secrets: ReadonlyMap<string, string> = new Map(),
  over: Partial<CallContext> = {},
): CallContext {
  return {
    key: 'k'.repeat(64),
    caseId: 'INC-7',
    task: 'a_task',
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    async secret(reference) {
      const value = secrets.get(reference);
      if (value !== undefined) return value;
      throw new SecretUnavailable({ code: 'secret_missing', message: `${reference} is not there` });
    },
    keepSecret: () => Promise.reject(new Error('not asked for')),
    ...over,
  };
}

export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Double {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  close(): Promise<void>;
}

/** `answer` may end the response, leave it open, or cut the connection. */
export async function startDouble(
  answer: (request: Arrived, response: ServerResponse) => void,
): Promise<Double> {
  const arrived: Arrived[] = [];
  const open = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(parts).toString('utf8') };
      arrived.push(request);
      answer(request, response);
    });
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A witness on HTTP. What a stranger sends is bounded in size, time and number before it is read. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_REQUEST } from '../../workflows/audit/witness-request.ts';
import { answerTo, type WitnessInput } from './answer.ts';

export interface RunningWitness {
  /** The submission prefix: `/add-checkpoint` is below it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Listen {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** UTF-8 takes up to three bytes for a character of a note. */
const MAX_BYTES = MAX_REQUEST * 3;
const REQUEST_MS = 10_000;
const MAX_CONNECTIONS = 256;

/** Rejects when the address cannot be had. */
export async function startWitness(
  input: WitnessInput,
  { host, port }: Listen,
  log: (line: string) => void,
): Promise<RunningWitness> {
  const server = createServer(
    {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS / 2,
      keepAliveTimeout: 60_000,
      maxHeaderSize: 8192,
    },
    (request, response) => {
      handle(request, response, input).catch((error: unknown) => {
        // The state could not be read or written: nothing was cosigned, and the log asks again.
        log(
          `error a checkpoint could not be answered: ${error instanceof Error ? error.message : 'unknown error'}`,
        );
        reply(response, 500, 'text/plain; charset=utf-8', 'the witness could not write its state\n');
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  input: WitnessInput,
): Promise<void> {
  const plain = 'text/plain; charset=utf-8';
  if (request.url !== '/add-checkpoint')
    return reply(response, 404, plain, 'there is POST /add-checkpoint only\n');
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return reply(response, 405, plain, 'a checkpoint is sent with POST\n');
  }
  const body = await bodyOf(request);
  if (body === null) {
    response.setHeader('connection', 'close');
    return reply(response, 413, plain, `a request has at most ${MAX_BYTES} bytes\n`);
  }
  const answer = answerTo(body, input);
  reply(response, answer.status, answer.type, answer.body);
}

/** Null when it is too large; the rest is not read. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection must live to carry the refusal.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BYTES) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

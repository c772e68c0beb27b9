/** A server on loopback that answers with whatever bytes a test gives it, and counts who came. */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Hostile {
  readonly url: string;
  readonly port: number;
  /** Whole requests as they arrived. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startHostile(answer: (socket: Socket, request: string) => void): Promise<Hostile> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const request = bytes.toString('latin1');
      requests.push(request);
      answer(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** An answer with its length, ended properly. */
export function reply(body: string | Uint8Array, headers: readonly string[] = [], status = '200 OK'): Buffer {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, `content-length: ${bytes.byteLength}`, ...headers].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes]);
}

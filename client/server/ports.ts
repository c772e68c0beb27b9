/** Ports nobody listens on. */
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Distinct free ports of 127.0.0.1. Another process may still take one before it is used. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(servers.map((server) => listen(server, 0)));
  } finally {
    await Promise.all(servers.map(close));
  }
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return listen(server, port).then(
    () => close(server).then(() => true),
    () => false,
  );
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** Services of a simulated router that really listen on loopback, for as long as its settings say so. */
import { createServer, type AddressInfo, type Server } from 'node:net';

export interface Listeners {
  readonly ports: { readonly [service: string]: number };
  /** Opens and closes what the settings have changed. */
  follow(): void;
  close(): Promise<void>;
}

/** `isOn` is asked again at every `follow`. Each service gets a port of its own, whether it is on or not. */
export async function createListeners(
  services: readonly string[],
  isOn: (service: string) => boolean,
): Promise<Listeners> {
  const ports: { [service: string]: number } = {};
  const open = new Map<string, Server>();
  for (const service of services) {
    const server = await listen(0);
    ports[service] = (server.address() as AddressInfo).port;
    open.set(service, server);
  }
  const close = (service: string): Promise<void> =>
    new Promise((resolve) => {
      const server = open.get(service);
      open.delete(service);
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
  const adjust = async (): Promise<void> => {
    for (const service of services) {
      if (!isOn(service)) void close(service);
      else if (!open.has(service)) open.set(service, await listen(ports[service] ?? 0));
    }
  };
  // One after the other: of several changes at once, none may open a port that another is about to open.
  let settled: Promise<void> = Promise.resolve();
  const follow = (): void => {
    settled = settled.then(adjust);
  };
  follow();
  await settled;
  return {
    ports,
    follow,
    close: async () => {
      await settled;
      await Promise.all(services.map(close));
    },
  };
}

function listen(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).end());
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** A server to work with: the one that is configured, else one of our own. */
import { explainNone, findServer, type Address } from './find.ts';
import { startServer, type RunningServer, type StartOptions } from './start.ts';

export type OpenServer =
  | ({ readonly kind: 'theirs'; stop(): Promise<void> } & Omit<Address, 'kind'>)
  | ({ readonly kind: 'ours'; readonly connectionOptions: Address['connectionOptions'] } & RunningServer);

/**
 * Stopping a server that was running before us does nothing. Throws when none can be had, with every way
 * tried, or when the configured one cannot be read from its file.
 */
export async function openServer(options: StartOptions = {}): Promise<OpenServer> {
  const found = await findServer();
  switch (found.kind) {
    case 'address':
      return { ...found, kind: 'theirs', stop: () => Promise.resolve() };
    case 'none':
      throw new Error(explainNone(found));
    case 'binary': {
      const server = await startServer({ binary: found.path, ...options });
      return { ...server, kind: 'ours', connectionOptions: { address: server.address } };
    }
  }
}

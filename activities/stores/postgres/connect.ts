/**
 * Connections to the server: one for commits, a few for reading. A connection that breaks while nobody uses it is
 * forgotten; one that cannot be made is tried again later and later, so that a server that comes back is not met by
 * everybody at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, types, type ClientConfig, type PoolClient, type PoolConfig } from 'pg';
import { StoreError } from '../ledger.ts';
import { isSafePostgresUrl } from '../source.ts';
import { translated } from './failure.ts';

export interface Server {
  readonly url: string;
  /** Without one the driver takes PGPASSWORD or the password file. */
  readonly password?: string | undefined;
}

export interface Connections {
  /** Runs `work` on the one connection for commits. After an error the connection, with its transaction, is gone. */
  commit<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  /**
   * The same for work that MUST hand over all it sends before it first waits: it need not wait until the work before it
   * is answered, when that is of this kind too.
   */
  follow<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  read<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
/** When the server is gone without a word, nothing else ends the wait. Longer than any of the server's own limits. */
const SILENCE_MS = 20_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const READERS = 4;

export function createConnections(server: Server): Connections {
  const options = clientOptions(server);
  const committer = createPool({ ...options, max: 1, pipeline: true });
  const readers = createPool({ ...options, max: READERS });
  return {
    commit: (work) => committer.use(work),
    follow: (work) => committer.share(work),
    read: (work) => readers.use(work),
    async close() {
      await Promise.all([committer.end(), readers.end()]);
    },
  };
}

export function clientOptions({ url, password }: Server): ClientConfig {
  if (!isSafePostgresUrl(url))
    throw new StoreError(
      'store_refused',
      'the URL of the store cannot be read, or holds a password; give the password as state_password or in PGPASSWORD',
    );
  // What stands in the URL overrides every other option, also where it is empty.
  const whole = new URL(url);
  if (password !== undefined) whole.password = encodeURIComponent(password);
  return {
    connectionString: whole.href,
    application_name: 'cordon',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    // The driver would hand out `int8` as text. Ours stay far below 2^53.
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  };
}

function createPool(config: PoolConfig) {
  const pool = new Pool(config);
  // Whoever uses a connection hears of its end from the query; without a listener the event would end the process.
  const ignore = (): void => {};
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  let pauseMs = 0;
  let notBefore = 0;

  const connect = async (): Promise<PoolClient> => {
    const wait = notBefore - performance.now();
    if (wait > 0) await sleep(wait);
    try {
      const client = await pool.connect();
      pauseMs = 0;
      return client;
    } catch (error) {
      pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      notBefore = performance.now() + pauseMs;
      throw error;
    }
  };

  interface Held {
    readonly client: PoolClient;
    users: number;
    broken: boolean;
  }
  const hold = async (): Promise<Held> => ({
    client: await translated('connecting to the store', connect),
    users: 0,
    broken: false,
  });
  const use = async <T>(held: Held, work: (client: PoolClient) => Promise<T>): Promise<T> => {
    held.users += 1;
    let isDone = false;
    try {
      const result = await work(held.client);
      isDone = true;
      return result;
    } finally {
      held.users -= 1;
      held.broken ||= !isDone;
      if (held.users === 0) held.client.release(held.broken);
    }
  };
  /** The connection of those who share one. Nobody joins once somebody waits for it, so that everybody's turn comes. */
  let shared: Held | null = null;

  return {
    use: async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => use(await hold(), work),
    async share<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
      const isOpen = shared !== null && shared.users > 0 && !shared.broken && pool.waitingCount === 0;
      if (shared === null || !isOpen) shared = await hold();
      return use(shared, work);
    },
    end: () => pool.end(),
  };
}

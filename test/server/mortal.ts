/** How workers die in these tests: after a commit is durable, and before anybody hears of it. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { NativeConnection } from '@temporalio/worker';
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { World } from '../../activities/world.ts';
import type { Bundle } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create.ts';

/** The commits that can be a worker's last: of a step, of a card, of an intent, of a result. */
export const LAST_COMMITS = ['append', 'put', 'begin', 'finish'] as const;
export type LastCommit = (typeof LAST_COMMITS)[number];

/** The ledger of a worker that `die`s when such a commit is durable. Whoever waits for its word waits for ever. */
export function mortalLedger(ledger: Ledger, last: () => LastCommit | null, die: () => void): Ledger {
  let dead = false;
  const mortal =
    <T extends readonly unknown[], R>(kind: LastCommit, commit: (...input: T) => Promise<R>) =>
    async (...input: T): Promise<R> => {
      const done = dead ? null : await commit(...input);
      if (!dead && last() === kind) {
        dead = true;
        die();
      }
      return dead || done === null ? new Promise<R>(() => {}) : done;
    };
  return {
    ...ledger,
    append: mortal('append', ledger.append),
    put: mortal('put', ledger.put),
    begin: mortal('begin', ledger.begin),
    finish: mortal('finish', ledger.finish),
  };
}

export interface Life {
  readonly world: World;
  readonly address: string;
  readonly taskQueue: string;
  readonly bundle: Bundle;
}

/**
 * Works until its last commit, then is cut off: for the server and for the store it is as dead as if it had been
 * killed, at a tenth of the price. Returns at once then; `buried` when nothing of it is left.
 */
export async function liveUntil(last: LastCommit, life: Life): Promise<{ readonly buried: Promise<void> }> {
  const line = await openLine(life.address);
  const connection = await NativeConnection.connect({ address: line.address });
  let die = (): void => {};
  const death = new Promise<void>((resolve) => {
    die = () => {
      line.cut();
      resolve();
    };
  });
  const worker = await createWorker({
    world: { ...life.world, ledger: mortalLedger(life.world.ledger, () => last, die) },
    connection,
    namespace: 'default',
    taskQueue: life.taskQueue,
    bundle: life.bundle,
    // What it keeps in memory, the server would offer to nobody else for ten seconds after its end.
    maxCachedWorkflows: 0,
    graceMs: 0,
    log: () => {},
  });
  const run = worker.run().catch(() => {});
  await death;
  worker.shutdown();
  return { buried: run.then(() => connection.close()).catch(() => {}) };
}

/** A line to the server that can be cut for good. */
async function openLine(address: string): Promise<{ readonly address: string; readonly cut: () => void }> {
  const [host = '', port = ''] = address.split(':');
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => {}).on('close', () => ends.delete(end));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}

/** How workers die in these tests: after a commit is durable, and before anybody hears of it. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { NativeConnection } from '@temporalio/worker';
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { World } from '../../activities/world.ts';
import { createWorker } from '../../worker/create.ts';

/** The commits that can be a worker's last: of a step, of a card, of an intent, of a result. */
export const LAST_COMMITS = ['append', 'put', 'begin', 'finish'] as const;
export type LastCommit = (typeof LAST_COMMITS)[number];

/** The ledger of a worker that `die`s when such a commit is durable. Whoever waits for its word waits for ever. */
export function mortalLedger(ledger: Ledger, last: LastCommit, die: () => void): Ledger {
  let dead = false;
  const mortal =
    <T extends readonly unknown[], R>(kind: LastCommit, commit: (...input: T) => Promise<R>) =>
    async (...input: T): Promise<R> => {
      const done = dead ? null : await commit(...input);
      if (!dead && last === kind) {
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
  readonly code: string;
}

/**
 * Works until its last commit, then is cut off: for the server and for the store it is as dead as if it had been
 * killed, at a tenth of the price. What is left of it holds on to this process, which must be killed in the end.
 */
export async function liveUntilCutOff(last: LastCommit, life: Life): Promise<void> {
  const line = await openLine(life.address);
  await new Promise<void>((resolve, reject) => {
    const die = (): void => {
      line.cut();
      resolve();
    };
    work(last, { ...life, address: line.address }, die).catch(reject);
  });
}

/** The same, to the death of the whole process. */
export async function liveUntilKilled(last: LastCommit, life: Life): Promise<void> {
  await work(last, life, () => void process.kill(process.pid, 'SIGKILL'));
}

async function work(last: LastCommit, life: Life, die: () => void): Promise<void> {
  const worker = await createWorker({
    world: { ...life.world, ledger: mortalLedger(life.world.ledger, last, die) },
    connection: await NativeConnection.connect({ address: life.address }),
    namespace: 'default',
    taskQueue: life.taskQueue,
    bundle: { workflows: { code: life.code, sourceMap: '' }, modules: [] },
    // What it keeps in memory, the server would offer to nobody else for ten seconds after its end.
    maxCachedWorkflows: 0,
    log: () => {},
  });
  await worker.run();
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

/** The Temporal workers of one process: one for runs and what has no queue of its own, and one for each queue that has. */
import type { Worker } from '@temporalio/worker';
import { createConnectorWorker, createWorker, type WorkerInput } from './create.ts';
import type { OwnQueue } from './served.ts';

export interface Fleet {
  /** Until all have stopped. One that breaks off takes the others with it, and its error is thrown. */
  run(): Promise<void>;
  /** Calls under way are given time to end. */
  stop(): void;
}

/** `runs`: whether this process also advances runs, or only makes calls. */
export async function createFleet(
  input: WorkerInput,
  { runs, polled }: { readonly runs: boolean; readonly polled: readonly OwnQueue[] },
): Promise<Fleet> {
  const workers: readonly Worker[] = [
    ...(runs ? [await createWorker(input)] : []),
    ...(await Promise.all(polled.map((queue) => createConnectorWorker(input, queue)))),
  ];
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    stop,
    async run() {
      const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(stop)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}

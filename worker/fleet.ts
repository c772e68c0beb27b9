/** The Temporal workers of one process: one for runs and what has no queue of its own, and one for each queue that has. */
import type { Worker } from '@temporalio/worker';
import { createConnectorWorker, createWorker, type CallerInput, type WorkerInput } from './create.ts';
import type { OwnQueue } from './served.ts';

export interface Fleet {
  /** Until all have stopped. One that breaks off takes the others with it, and its error is thrown. */
  run(): Promise<void>;
  /** Calls under way are given time to end. */
  stop(): void;
}

export interface FleetInput extends CallerInput {
  /** With what this process advances runs; null where it only makes calls. */
  readonly runs: Omit<WorkerInput, keyof CallerInput> | null;
  readonly polled: readonly OwnQueue[];
}

export async function createFleet({ runs, polled, ...input }: FleetInput): Promise<Fleet> {
  const workers: readonly Worker[] = [
    ...(runs === null ? [] : [await createWorker({ ...input, ...runs })]),
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

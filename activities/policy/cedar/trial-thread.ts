/** The inside of `trial.ts`'s thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { activate } from './activate.ts';
import { createInstance } from './instance.ts';
import type { TrialInput } from './trial.ts';

const { schema, policies } = workerData as TrialInput;
parentPort?.postMessage(activate(createInstance, schema, policies));

/** The reading part of the check in a thread of its own, beside the hashing part. */
import { Buffer } from 'node:buffer';
import { parentPort, workerData } from 'node:worker_threads';
import { addAll } from './batch.ts';
import { createOrder, type Told } from './order.ts';
import type { Fault } from './check.ts';

export interface Errand {
  readonly bytes: ArrayBuffer;
  readonly spans: Uint32Array;
}

export interface Answer {
  /** The batch's bytes, handed back. */
  readonly bytes: ArrayBuffer | null;
  readonly fault: Fault | null;
  /** At the end only. */
  readonly told: Told | null;
}

const order = createOrder(Number(workerData));
let fault: Fault | null = null;
parentPort?.on('message', (errand: Errand | null) => {
  if (errand === null)
    return parentPort?.postMessage({ bytes: null, fault, told: order.told() } satisfies Answer);
  const { bytes, spans } = errand;
  fault ??= addAll(order, { bytes: Buffer.from(bytes), spans });
  const answer: Answer = { bytes, fault, told: null };
  parentPort?.postMessage(answer, [bytes]);
});

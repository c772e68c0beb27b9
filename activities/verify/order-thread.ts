/** The reading part of the check in a thread of its own, beside the hashing part. */
import { Buffer } from 'node:buffer';
import { parentPort } from 'node:worker_threads';
import { addAll } from './batch.ts';
import { createOrder, type Order } from './order.ts';
import type { Fault } from './check.ts';

export interface Errand {
  readonly bytes: ArrayBuffer;
  readonly spans: Uint32Array;
}

export interface Answer {
  readonly fault: Fault | null;
  readonly told: ReturnType<Order['told']>;
}

const order = createOrder();
let fault: Fault | null = null;
parentPort?.on('message', ({ bytes, spans }: Errand) => {
  fault ??= addAll(order, { bytes: Buffer.from(bytes), spans });
  const answer: Answer = { fault, told: order.told() };
  parentPort?.postMessage(answer);
});

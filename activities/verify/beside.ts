/**
 * Runs the reading part of the check beside the caller, where that pays: the two parts take about the same time. A batch
 * given to a thread is the thread's; the caller must be done with it.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { addAll, type Batch } from './batch.ts';
import { giveBack } from './chunks.ts';
import type { Fault } from './check.ts';
import { createOrder, type Told } from './order.ts';
import type { Answer } from './order-thread.ts';

export interface Beside {
  /** Takes a batch; waits while too many are under way. Null as long as nothing is known to be wrong. */
  add(batch: Batch): Promise<Fault | null>;
  end(): Promise<{ readonly fault: Fault | null; readonly told: Told }>;
  close(): Promise<void>;
}

/** In the caller's own thread: for logs too short to be worth one. */
export function inline(expected: number): Beside {
  const order = createOrder(expected);
  let fault: Fault | null = null;
  return {
    async add(batch) {
      fault ??= addAll(order, batch);
      giveBack(batch.bytes.buffer);
      return fault;
    },
    end: async () => ({ fault, told: order.told() }),
    close: async () => {},
  };
}

const MOST_UNDER_WAY = 4;
const NOTHING: Told = { log: null, acts: [], suspects: [] };

/** Small, because all it keeps for long lies outside its heap. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8 };

export function inThread(expected: number): Beside {
  const thread = new Worker(new URL(`./order-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: expected,
    resourceLimits: THREAD_LIMITS,
  });
  const state: { underWay: number; answer: Answer; broken: Error | null; wake: () => void } = {
    underWay: 0,
    answer: { bytes: null, fault: null, told: null },
    broken: null,
    wake: () => {},
  };
  thread.on('message', (answer: Answer) => {
    state.underWay -= 1;
    state.answer = answer;
    if (answer.bytes !== null) giveBack(answer.bytes);
    state.wake();
  });
  thread.on('error', (error: Error) => {
    state.broken = error;
    state.wake();
  });
  const until = async (few: number): Promise<void> => {
    while (state.underWay > few && state.broken === null)
      await new Promise<void>((resolve) => (state.wake = resolve));
    if (state.broken !== null) throw state.broken;
  };
  return {
    async add({ bytes, spans }) {
      state.underWay += 1;
      const buffer = bytes.buffer as ArrayBuffer;
      thread.postMessage({ bytes: buffer, spans }, [buffer]);
      await until(MOST_UNDER_WAY);
      return state.answer.fault;
    },
    async end() {
      state.underWay += 1;
      thread.postMessage(null);
      await until(0);
      const { fault, told } = state.answer;
      return { fault, told: told ?? NOTHING };
    },
    close: async () => void (await thread.terminate()),
  };
}

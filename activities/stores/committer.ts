/**
 * Group commit. Calls that arrive within one turn of the event loop, or while a commit is under way, share the next
 * one, so that a hundred callers pay for one flush to disk. There is no timer: a single caller waits for nobody.
 */
import { StoreError } from './ledger.ts';

/** Larger groups gain little and make everybody wait longer for the first answer. */
export const MAX_GROUP = 256;

export function closedError(): StoreError {
  return new StoreError('store_closed', 'the store was closed; open it again');
}

export interface Committer<Call> {
  /** Resolves after the commit that contains the call. Rejects when that commit failed, whole as it is. */
  submit(call: Call): Promise<void>;
  /** Takes no more; resolves when what was accepted is answered. */
  close(): Promise<void>;
}

/** `commit` MUST take all calls in one durable transaction, or reject. It is never called while it is under way. */
export function createCommitter<Call>(commit: (calls: readonly Call[]) => Promise<void>): Committer<Call> {
  interface Waiting {
    readonly call: Call;
    readonly succeed: () => void;
    readonly fail: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  let closed = false;

  const flush = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await commit(group.map(({ call }) => call));
    } catch (error) {
      for (const { fail } of group) fail(error);
      return;
    }
    for (const { succeed } of group) succeed();
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Whoever was just answered gets the chance to join with the next call.
      await new Promise((resolve) => setImmediate(resolve));
      await flush(waiting.splice(0, MAX_GROUP));
    }
    working = null;
  };

  return {
    submit(call) {
      if (closed) return Promise.reject(closedError());
      return new Promise<void>((succeed, fail) => {
        waiting.push({ call, succeed, fail });
        working ??= work();
      });
    },
    async close() {
      closed = true;
      await working;
    },
  };
}

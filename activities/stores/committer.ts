/**
 * Group commit. Calls that arrive together, or while a commit is under way, share the next one, so that a hundred callers
 * pay for one flush to disk. There is no timer: in a crowd a commit waits for one turn of the event loop, so that whoever
 * was just answered can join with the next call; a single caller waits for nobody.
 */
import { StoreError } from './ledger.ts';

/** Larger groups gain little and make everybody wait longer for the first answer. */
export const MAX_GROUP = 256;
/** Where commits happen at once, a single caller that goes on and on would otherwise keep the event loop to itself. */
const MOST_WITHOUT_A_TURN = 8;

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
  let crowded = false;
  let withoutTurn = 0;

  const flush = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await commit(group.map(({ call }) => call));
    } catch (error) {
      for (const { fail } of group) fail(error);
      return;
    }
    for (const { succeed } of group) succeed();
  };
  const gather = async (): Promise<void> => {
    // Calls made in one go are together after this.
    await Promise.resolve();
    withoutTurn += 1;
    if (!crowded && waiting.length === 1 && withoutTurn < MOST_WITHOUT_A_TURN) return;
    withoutTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gather();
      const group = waiting.splice(0, MAX_GROUP);
      await flush(group);
      crowded = group.length > 1 || waiting.length > 0;
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

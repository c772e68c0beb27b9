/**
 * Group commit. Calls that arrive together, or while a commit is under way, share the next one, so that a hundred callers
 * pay for one flush to disk. There is no timer: in a crowd a commit waits for one turn of the event loop, so that whoever
 * was just answered can join with the next call; a single caller waits for nobody.
 *
 * Where a store says that a commit was sent before it is durable, a crowd is split into two groups that take turns: one is
 * decided while the other is being written.
 */
import { StoreError } from './ledger.ts';

/** Larger groups gain little and make everybody wait longer for the first answer. */
export const MAX_GROUP = 256;
/** Where commits happen at once, a single caller that goes on and on would otherwise keep the event loop to itself. */
const MOST_WITHOUT_A_TURN = 8;
/** Fewer callers stay together: halves of them would cost more flushes than the turns save. */
const ENOUGH_FOR_TWO = 50;

export function closedError(): StoreError {
  return new StoreError('store_closed', 'the store was closed; open it again');
}

export interface Committer<Call> {
  /** Resolves after the commit that contains the call. Rejects when that commit failed, whole as it is. */
  submit(call: Call): Promise<void>;
  /** Takes no more; resolves when what was accepted is answered. */
  close(): Promise<void>;
}

/**
 * `commit` MUST take all calls in one durable transaction, or reject. It may call `sent` when whatever comes next would
 * be written after it, or not at all; then it may be called once more before it has resolved, and otherwise never.
 */
export function createCommitter<Call>(
  commit: (calls: readonly Call[], sent: () => void) => Promise<void>,
): Committer<Call> {
  interface Waiting {
    readonly call: Call;
    readonly succeed: () => void;
    readonly fail: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  /** At most two groups, the older one first. */
  const underWay: { readonly calls: number; readonly done: Promise<void> }[] = [];
  let working: Promise<void> | null = null;
  let closed = false;
  let crowded = false;
  let withoutTurn = 0;
  /** Whether the last commit was sent before it was durable. */
  let runsAhead = false;

  const flush = async (group: readonly Waiting[], sent: () => void): Promise<void> => {
    try {
      await commit(
        group.map(({ call }) => call),
        sent,
      );
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
  /** Resolves when the next group may be begun. */
  const begin = (group: readonly Waiting[]): Promise<void> =>
    new Promise((resolve) => {
      runsAhead = false;
      const done = flush(group, () => {
        runsAhead = true;
        resolve();
      }).finally(() => {
        underWay.splice(underWay.indexOf(entry), 1);
        resolve();
      });
      const entry = { calls: group.length, done };
      underWay.push(entry);
    });
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gather();
      const callers = underWay.reduce((sum, { calls }) => sum + calls, waiting.length);
      const takesTurns = runsAhead && callers >= ENOUGH_FOR_TWO;
      const [oldest] = underWay;
      if (oldest !== undefined && (underWay.length > 1 || !takesTurns)) await oldest.done;
      else {
        const group = waiting.splice(0, takesTurns ? Math.min(Math.ceil(callers / 2), MAX_GROUP) : MAX_GROUP);
        await begin(group);
        crowded = group.length > 1 || waiting.length > 0;
      }
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
      await Promise.all(underWay.map(({ done }) => done));
    },
  };
}

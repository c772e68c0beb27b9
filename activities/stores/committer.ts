/**
 * Group commit. Work that arrives within one turn of the event loop shares one transaction, so that a hundred
 * callers pay for one flush to disk; there is no timer, so a single caller waits for nobody.
 */
import { StoreError } from './ledger.ts';

/** Larger groups gain little and make everybody wait longer for the first answer. */
export const MAX_GROUP = 256;

/** One caller's share of a commit. A caller's own fault is a value, so that it spoils nobody else's work. */
export type Share<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'fault'; readonly error: unknown };

export function closedError(): StoreError {
  return new StoreError('store_closed', 'the store was closed; open it again');
}

/** Runs inside the transaction. MUST NOT write before all of the caller's own code has run. */
export type Job<Context, T> = (context: Context) => Share<T>;

export interface Committer<Context> {
  /** Resolves after the commit that contains the job. Rejects when that commit failed, whole as it is. */
  submit<T>(job: Job<Context, T>): Promise<T>;
  /** Commits what is waiting, and takes no more. */
  close(): void;
}

/** `commit` MUST run all jobs in one durable transaction and return when it is committed, or throw. */
export function createCommitter<Context>(
  commit: (jobs: readonly ((context: Context) => void)[]) => void,
): Committer<Context> {
  interface Waiting {
    readonly run: (context: Context) => void;
    readonly succeed: () => void;
    readonly fail: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let scheduled = false;
  let closed = false;

  const flush = () => {
    scheduled = false;
    const group = waiting.slice(0, MAX_GROUP);
    waiting = waiting.slice(MAX_GROUP);
    if (waiting.length > 0) schedule();
    if (group.length === 0) return;
    try {
      commit(group.map(({ run }) => run));
    } catch (error) {
      for (const { fail } of group) fail(error);
      return;
    }
    for (const { succeed } of group) succeed();
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    submit<T>(job: Job<Context, T>): Promise<T> {
      if (closed) return Promise.reject(closedError());
      return new Promise<T>((resolve, reject) => {
        let share: Share<T> | null = null;
        waiting.push({
          run: (context) => (share = job(context)),
          succeed() {
            if (share?.kind === 'ok') resolve(share.value);
            else reject(share?.error);
          },
          fail: reject,
        });
        schedule();
      });
    },
    close() {
      closed = true;
      while (waiting.length > 0) flush();
    },
  };
}

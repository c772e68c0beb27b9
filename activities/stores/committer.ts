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
/**
 * Milliseconds of commits without a turn of the event loop. Where commits happen at once, a single caller that goes on and on
 * would otherwise keep the loop to itself; a turn takes as long as a third of a commit (measured).
 */
const MOST_WITHOUT_A_TURN = 20;
/** Fewer callers stay together: halves of them would cost more flushes than the turns save. */
const ENOUGH_FOR_TWO = 50;

const NOW = Promise.resolve();

export function closedError(): StoreError {
  return new StoreError('store_closed', 'the store was closed; open it again');
}

export interface Committer<Call> {
  /** Resolves after the commit that contains the call. Rejects when that commit failed, whole as it is; or `answer` threw. */
  submit<Answer>(call: Call, answer: () => Answer): Promise<Answer>;
  /** Takes no more; resolves when what was accepted is answered. */
  close(): Promise<void>;
}

/** What a commit leaves behind. */
export interface Left {
  /** Called once, before whatever comes next is decided. */
  expect(): void;
  /** Called after that, and when it is durable. */
  keep(): void;
}

interface Waiting<Call> {
  readonly call: Call;
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * `commit` MUST take all calls in one durable transaction, or reject. It may call `sent`, with what it will leave behind if it
 * succeeds as foreseen, when whatever comes next would be written after it, or not at all; then it may be called once more
 * before it has resolved, and otherwise never.
 */
export function createCommitter<Call>(
  commit: (calls: readonly Call[], sent: (foreseen: Left) => void) => Promise<Left>,
): Committer<Call> {
  let waiting: Waiting<Call>[] = [];
  /** At most two groups. */
  const underWay = { groups: 0, calls: 0 };
  let gathering = false;
  let crowded = false;
  let withoutTurn = 0;
  /** Whether the last commit was sent before it was durable. */
  let runsAhead = false;
  let closing: PromiseWithResolvers<void> | null = null;

  /** Calls made in one go are together by now, those of a crowd after a turn. */
  const gathered = (): void => {
    if (!crowded && waiting.length === 1 && withoutTurn < MOST_WITHOUT_A_TURN) next();
    else {
      withoutTurn = 0;
      setImmediate(next);
    }
  };
  const goOn = (): void => {
    if (waiting.length === 0 || gathering) return;
    gathering = true;
    void NOW.then(gathered);
  };
  /** Where it is nobody's turn yet, the end of a group brings us here again. */
  const next = (): void => {
    gathering = false;
    const callers = waiting.length + underWay.calls;
    const takesTurns = runsAhead && callers >= ENOUGH_FOR_TWO;
    if (underWay.groups > (takesTurns ? 1 : 0)) return;
    void begin(take(takesTurns ? Math.min(Math.ceil(callers / 2), MAX_GROUP) : MAX_GROUP));
  };
  const take = (most: number): readonly Waiting<Call>[] => {
    const all = waiting;
    if (all.length <= most) {
      waiting = [];
      return all;
    }
    waiting = all.slice(most);
    return all.slice(0, most);
  };
  const begin = async (group: readonly Waiting<Call>[]): Promise<void> => {
    runsAhead = false;
    underWay.groups += 1;
    underWay.calls += group.length;
    const from = performance.now();
    let early: Left | null = null;
    const sent = (foreseen: Left): void => {
      early = foreseen;
      foreseen.expect();
      runsAhead = true;
      crowded = underWay.calls > 1 || waiting.length > 0;
      goOn();
    };
    const calls = group.map(({ call }) => call);
    let answer: (waited: Waiting<Call>) => void = tell;
    try {
      const left = await commit(calls, sent);
      if (left !== early) left.expect();
      left.keep();
    } catch (error) {
      answer = ({ fail }) => fail(error);
    }
    end(group, from, answer);
  };
  const end = (
    group: readonly Waiting<Call>[],
    from: number,
    answer: (waited: Waiting<Call>) => void,
  ): void => {
    group.forEach(answer);
    underWay.groups -= 1;
    underWay.calls -= group.length;
    withoutTurn += performance.now() - from;
    crowded = group.length > 1 || waiting.length > 0;
    goOn();
    if (closing !== null && isIdle()) closing.resolve();
  };
  const isIdle = (): boolean => underWay.groups === 0 && !gathering;

  return {
    submit(call, answer) {
      if (closing !== null) return Promise.reject(closedError());
      return new Promise((resolve, fail) => {
        waiting.push({ call, succeed: () => resolve(answer()), fail });
        goOn();
      });
    },
    close() {
      closing ??= Promise.withResolvers();
      if (isIdle()) closing.resolve();
      return closing.promise;
    },
  };
}

function tell({ succeed, fail }: Waiting<unknown>): void {
  try {
    succeed();
  } catch (error) {
    fail(error);
  }
}

import { describe, expect, test } from '@jest/globals';
import { createCommitter, MAX_GROUP, type Left } from '../../activities/stores/committer.ts';

const nothing = (): void => {};
const LEFT: Left = { expect: nothing, keep: nothing };

/** A commit that ends when it is told to. `ahead`: that says at once that it is sent. */
function slow(ahead: 'ahead' | 'in turn' = 'in turn') {
  const groups: (readonly string[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const committer = createCommitter<string>((calls, sent) => {
    groups.push(calls);
    if (ahead === 'ahead') sent(LEFT);
    return new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve(LEFT) : reject(error)));
    });
  });
  return { committer, groups, end: (error?: Error) => ends.shift()?.(error) };
}

/** Long enough for a crowd to gather: it waits for a turn, which may begin after ours. */
async function turn(): Promise<void> {
  for (let n = 0; n < 2; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the committer', () => {
  test('takes what arrives while a commit is under way as the next group, and never two commits at once', async () => {
    const { committer, groups, end } = slow();
    const first = committer.submit('a', nothing);
    await turn();
    const rest = Promise.all(['b', 'c', 'd'].map((call) => committer.submit(call, nothing)));
    await turn();
    expect(groups).toEqual([['a']]);
    end();
    await first;
    await turn();
    await turn();
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
    end();
    await rest;
  });

  test('answers nobody before the commit is done, and fails a whole group but not the next one', async () => {
    const { committer, end } = slow();
    const answered: string[] = [];
    const note = (name: string) => committer.submit(name, nothing).then(() => answered.push(name));
    const lost = Promise.allSettled([note('a'), note('b')]);
    await turn();
    const kept = note('c');
    await turn();
    expect(answered).toEqual([]);
    end(new Error('the disk is gone'));
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    await turn();
    end();
    await kept;
    expect(answered).toEqual(['c']);
  });

  test('divides a crowd, and closes when all of it is answered', async () => {
    const { committer, groups, end } = slow();
    const all = Promise.all(
      Array.from({ length: MAX_GROUP + 1 }, (_, n) => committer.submit(String(n), nothing)),
    );
    let closed = false;
    await turn();
    const closing = committer.close().then(() => (closed = true));
    await expect(committer.submit('late', nothing)).rejects.toMatchObject({ code: 'store_closed' });
    end();
    await turn();
    await turn();
    expect([groups.map((group) => group.length), closed]).toEqual([[MAX_GROUP, 1], false]);
    end();
    await Promise.all([all, closing]);
    expect(closed).toBe(true);
  });

  const sizes = (groups: readonly (readonly string[])[]) => groups.map((group) => group.length);
  const turns = async () => {
    for (let n = 0; n < 6; n += 1) await turn();
  };

  test('lets a crowd take turns in two groups where commits are sent before they are durable, and never in three', async () => {
    const { committer, groups, end } = slow('ahead');
    const answered: string[] = [];
    const writer = async (name: string) => {
      for (let n = 0; n < 3; n += 1) {
        await committer.submit(`${name} ${n}`, nothing);
        answered.push(name);
      }
    };
    const all = Promise.all(Array.from({ length: 100 }, (_, n) => writer(String(n))));
    await turns();
    expect(sizes(groups)).toEqual([100]);
    end();
    await turns();
    // The first group shows that commits are sent ahead; from then on there are halves.
    expect([sizes(groups), answered.length]).toEqual([[100, 50, 50], 100]);
    end();
    await turns();
    expect([sizes(groups), answered.length]).toEqual([[100, 50, 50, 50], 150]);
    for (let n = 0; n < 3; n += 1) {
      end();
      await turns();
    }
    await all;
    expect(sizes(groups)).toEqual([100, 50, 50, 50, 50]);
    await committer.close();
  });

  test('makes no group larger than any, however large the crowd', async () => {
    const { committer, groups, end } = slow('ahead');
    const all = Promise.all(
      Array.from({ length: MAX_GROUP * 4 }, (_, n) => committer.submit(String(n), nothing)),
    );
    for (let n = 0; n < 4; n += 1) {
      await turns();
      end();
    }
    await all;
    expect(sizes(groups)).toEqual([MAX_GROUP, MAX_GROUP, MAX_GROUP, MAX_GROUP]);
  });

  test('keeps few callers together, sent ahead or not', async () => {
    const { committer, groups, end } = slow('ahead');
    const submit = (count: number) =>
      Array.from({ length: count }, (_, n) => committer.submit(String(n), nothing));
    const first = submit(20);
    await turns();
    const second = submit(20);
    await turns();
    expect(sizes(groups)).toEqual([20]);
    end();
    await Promise.all(first);
    await turns();
    expect(sizes(groups)).toEqual([20, 20]);
    end();
    await Promise.all(second);
  });

  test('fails the group that failed, answers the one sent behind it for itself, and closes after both', async () => {
    const { committer, groups, end } = slow('ahead');
    const first = committer.submit('first', nothing);
    await turns();
    end();
    await first;
    const crowd = Array.from({ length: 100 }, (_, n) => committer.submit(String(n), nothing));
    const outcomes = Promise.allSettled(crowd);
    await turns();
    expect(sizes(groups)).toEqual([1, 50, 50]);
    let closed = false;
    const closing = committer.close().then(() => (closed = true));
    end(new Error('the connection is gone'));
    await turns();
    expect(closed).toBe(false);
    end();
    await closing;
    const fates = (await outcomes).map(({ status }) => status);
    expect([fates.slice(0, 50), fates.slice(50)].map((half) => [...new Set(half)])).toEqual([
      ['rejected'],
      ['fulfilled'],
    ]);
  });

  test('lets a single caller wait for nobody, and yet leaves turns to others', async () => {
    let commits = 0;
    const committer = createCommitter<number>(async () => {
      commits += 1;
      const end = performance.now() + 2;
      while (performance.now() < end);
      return LEFT;
    });
    const others = { turns: 0 };
    const timer = setInterval(() => (others.turns += 1), 0);
    await committer.submit(0, nothing);
    expect(commits).toBe(1);
    // A turn after 20 ms of commits, or two: where a timer is looked at depends on where the first one begins.
    for (let n = 0; n < 25 && others.turns === 0; n += 1) await committer.submit(n, nothing);
    clearInterval(timer);
    expect(others.turns).toBe(1);
  });

  test('gives each caller its answer, worked out after the commit; one that cannot be told fails its caller only', async () => {
    const { committer, end } = slow();
    let committed = false;
    const answers = Promise.allSettled([
      committer.submit('a', () => committed),
      committer.submit('b', () => {
        throw new Error('not to be told');
      }),
      committer.submit('c', () => 'c'),
    ]);
    await turn();
    committed = true;
    end();
    expect(await answers).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: new Error('not to be told') },
      { status: 'fulfilled', value: 'c' },
    ]);
  });

  test('tells what a commit leaves behind once before the next group is decided, and again when it is durable', async () => {
    const course: string[] = [];
    const leaves = (name: string): Left => ({
      expect: () => course.push(`${name} expected`),
      keep: () => course.push(`${name} kept`),
    });
    const committer = createCommitter<string>(async ([name = ''], sent) => {
      course.push(`${name} decided`);
      const foreseen = leaves(name);
      if (name !== 'in turn') sent(foreseen);
      await turn();
      return name === 'otherwise' ? leaves('found') : foreseen;
    });
    for (const name of ['in turn', 'ahead', 'otherwise']) await committer.submit(name, nothing);
    expect(course.join(', ')).toBe(
      'in turn decided, in turn expected, in turn kept, ' +
        'ahead decided, ahead expected, ahead kept, ' +
        'otherwise decided, otherwise expected, found expected, found kept',
    );
  });

  test('keeps a crowd together, one group after the other', async () => {
    const groups: number[] = [];
    const committer = createCommitter<string>(async (calls) => {
      groups.push(calls.length);
      return LEFT;
    });
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 4; n += 1) await committer.submit('again', nothing);
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    expect(groups).toEqual([10, 10, 10, 10]);
  });

  test('brings two callers together that first come one after the other', async () => {
    const groups: number[] = [];
    const committer = createCommitter<string>(async (calls) => {
      groups.push(calls.length);
      await turn();
      return LEFT;
    });
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 3; n += 1) await committer.submit('again', nothing);
    };
    const first = caller();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, caller()]);
    expect(groups).toEqual([1, 2, 2, 1]);
  });
});

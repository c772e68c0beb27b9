import { describe, expect, test } from '@jest/globals';
import { createCommitter, MAX_GROUP } from '../../activities/stores/committer.ts';

/** A commit that ends when it is told to. */
function slow() {
  const groups: (readonly string[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const committer = createCommitter<string>((calls) => {
    groups.push(calls);
    return new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve() : reject(error)));
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
    const first = committer.submit('a');
    await turn();
    const rest = Promise.all(['b', 'c', 'd'].map((call) => committer.submit(call)));
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
    const note = (name: string) => committer.submit(name).then(() => answered.push(name));
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
    const all = Promise.all(Array.from({ length: MAX_GROUP + 1 }, (_, n) => committer.submit(String(n))));
    let closed = false;
    await turn();
    const closing = committer.close().then(() => (closed = true));
    await expect(committer.submit('late')).rejects.toMatchObject({ code: 'store_closed' });
    end();
    await turn();
    await turn();
    expect([groups.map((group) => group.length), closed]).toEqual([[MAX_GROUP, 1], false]);
    end();
    await Promise.all([all, closing]);
    expect(closed).toBe(true);
  });

  test('lets a single caller wait for nobody, and yet leaves turns to others', async () => {
    let commits = 0;
    const committer = createCommitter<number>(async () => {
      commits += 1;
    });
    const others = { turns: 0 };
    const timer = setInterval(() => (others.turns += 1), 0);
    await committer.submit(0);
    expect(commits).toBe(1);
    const until = performance.now() + 100;
    while (others.turns === 0 && performance.now() < until) await committer.submit(1);
    clearInterval(timer);
    expect(others.turns).toBe(1);
  });

  test('keeps a crowd together, one group after the other', async () => {
    const groups: number[] = [];
    const committer = createCommitter<string>(async (calls) => {
      groups.push(calls.length);
    });
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 4; n += 1) await committer.submit('again');
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    expect(groups).toEqual([10, 10, 10, 10]);
  });

  test('brings two callers together that first come one after the other', async () => {
    const groups: number[] = [];
    const committer = createCommitter<string>(async (calls) => {
      groups.push(calls.length);
      await turn();
    });
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 3; n += 1) await committer.submit('again');
    };
    const first = caller();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, caller()]);
    expect(groups).toEqual([1, 2, 2, 1]);
  });
});

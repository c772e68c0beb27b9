/**
 * Local activities in rounds. Temporal hands their results over one by one as they come, but on replay all at
 * once in the order in which they were asked for; code that goes on after the first of several would then take
 * another path. So there is one round at a time, and none of its callers hears anything before the last of
 * them is back. Calls made meanwhile wait and go out together: the first of many leaves alone, and nobody has
 * to guess how many will follow.
 */
type Release = () => void;

export interface Rounds {
  /** Settles as the call does, with what `take` makes of its answer, once its round is over. */
  join<A, T>(call: () => Promise<A>, take: (answer: A) => T): Promise<T>;
}

export function createRounds(): Rounds {
  let boarding: (() => Promise<Release>)[] = [];
  let travelling = false;

  const travel = async (): Promise<void> => {
    travelling = true;
    while (boarding.length > 0) {
      const round = boarding.map((board) => board());
      boarding = [];
      const releases: Release[] = [];
      for (const back of round) releases.push(await back);
      for (const release of releases) release();
    }
    travelling = false;
  };

  return {
    join: <A, T>(call: () => Promise<A>, take: (answer: A) => T) =>
      new Promise<T>((resolve, reject) => {
        boarding.push(async () => {
          try {
            const answer = await call();
            return () => resolve(take(answer));
          } catch (error) {
            return () => reject(error);
          }
        });
        if (!travelling) void travel();
      }),
  };
}

/**
 * A clock turned by hand: it jumps to the next thing that is due once everything has come to rest, so a day
 * of waiting takes no time and every order of events is exact.
 */
export interface Clock {
  now(): number;
  /** Calls `run` at `at` (milliseconds since 1970); equal times keep the order in which they were set. */
  at(at: number, run: () => void): { cancel(): void };
  /** Only inside `working`: the work rests until the clock has moved on. */
  sleep(ms: number): Promise<void>;
  /** Something that must come to rest, or to an end, before the clock may move. */
  working<T>(work: Promise<T>): Promise<T>;
  /** Turns until `over` has settled or nothing is left to happen. */
  runUntil<T>(over: Promise<T>): Promise<T>;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Turns of the event loop that promises of finished work get to bring about the next work. */
const QUIET_TURNS = 3;

export function createClock(start: number): Clock {
  let time = start;
  const due: Due[] = [];
  let busy = 0;
  const schedule = (at: number, run: () => void): { cancel(): void } => {
    const entry: Due = { at: Math.max(at, time), run, cancelled: false };
    due.push(entry);
    return { cancel: () => (entry.cancelled = true) };
  };
  /** Earliest first; the first set among equals. */
  const takeNext = (): Due | null => {
    let best = -1;
    for (const [i, entry] of due.entries())
      if (!entry.cancelled && (best < 0 || entry.at < (due[best]?.at ?? Infinity))) best = i;
    return best < 0 ? null : (due.splice(best, 1)[0] ?? null);
  };
  return {
    now: () => time,
    at: schedule,
    sleep(ms) {
      busy -= 1;
      return new Promise((resolve) => {
        schedule(time + ms, () => {
          busy += 1;
          resolve();
        });
      });
    },
    async working(work) {
      busy += 1;
      try {
        return await work;
      } finally {
        busy -= 1;
      }
    },
    async runUntil(over) {
      let settled = false;
      const watch = async (): Promise<void> => {
        await Promise.allSettled([over]);
        settled = true;
      };
      void watch();
      for (;;) {
        for (let quiet = 0; quiet < QUIET_TURNS; quiet = busy === 0 ? quiet + 1 : 0) await turn();
        if (settled) return over;
        const next = takeNext();
        if (next === null)
          throw new Error('the rehearsal stands still: something waits for what never comes');
        time = next.at;
        next.run();
      }
    },
  };
}

/** One bell for one waiter. A ring that comes before anyone listens is kept, so none is missed. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or at once if it rang since the last call. */
  next(): Promise<void>;
}

export function createBell(): Bell {
  let rang = false;
  let answer: (() => void) | null = null;
  return {
    ring() {
      if (answer === null) rang = true;
      else answer();
      answer = null;
    },
    next: () =>
      new Promise<void>((resolve) => {
        if (rang) resolve();
        else answer = resolve;
        rang = false;
      }),
  };
}

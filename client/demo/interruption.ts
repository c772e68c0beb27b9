/** Ctrl-C in the middle of a demo: what lies on the disk is removed, and this process ends. Its server ends with it. */
import { EXIT } from '../exit.ts';

/** Until what it returns is called. */
export function endWhenInterrupted(cleanUp: () => void): () => void {
  const end = (): void => {
    cleanUp();
    process.exit(EXIT.notDone);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

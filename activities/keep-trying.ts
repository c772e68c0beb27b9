/** Writing through a store that is away for a while. */
import type { Pulse } from './world.ts';

/** After the effect there is no way back: the result must be written, however long the store takes. */
const LONGEST_WAIT_MS = 5 * 60_000;

export async function keepTrying(write: () => Promise<void>, pulse: Pulse): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS;
  for (let wait = 50; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      return await write();
    } catch (error) {
      const passing = error instanceof Error && 'code' in error && error.code === 'store_unavailable';
      if (!passing || performance.now() > until) throw error;
      pulse.beat();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

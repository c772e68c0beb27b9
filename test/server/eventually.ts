import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 60;
/** Workers that die are noticed after up to twenty seconds, and the machine may be busy with other things. */
const PATIENCE_MS = 90_000;

/** What `look` finds, as soon as it finds something. Throws, with `what` was waited for, when it never does. */
export async function eventually<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > until) throw new Error(`never happened: ${what}`);
    await wait(LOOK_EVERY_MS);
  }
}

/** One process at a time installs a program; the others wait and then find it installed. */
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Surroundings } from './surroundings.ts';

/**
 * Holds `lockFile` during `work`, by an operating-system lock that ends with its process, so a crash leaves
 * nothing to clean up. Waits without limit for whoever holds it: that one says how far it is.
 */
export async function exclusively<T>(
  lockFile: string,
  { say, everyMs }: Pick<Surroundings, 'say' | 'everyMs'>,
  work: () => Promise<T>,
): Promise<T> {
  const lock = new Database(lockFile, { timeout: 0 });
  try {
    const started = performance.now();
    let said = started;
    while (!take(lock)) {
      await wait(200);
      if (performance.now() - said < everyMs) continue;
      said = performance.now();
      say(`another process is installing the same; waiting, ${seconds(said - started)}`);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function take(lock: Database.Database): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

export function seconds(elapsedMs: number): string {
  return `${Math.round(elapsedMs / 1000)} s`;
}

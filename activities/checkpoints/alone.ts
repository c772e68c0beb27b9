/** One process at a time, by a file that only one of them can make. */
import { open, rm, stat } from 'node:fs/promises';
import { codeOfError } from './disk.ts';

/** What is done alone takes a moment; a file this old was left by a process that was killed. */
const STALE_MS = 60_000;

/** Null when another process is at it: try again later. */
export async function alone<T>(path: string, work: () => Promise<T>): Promise<T | null> {
  const lock = `${path}.lock`;
  if (!(await made(lock))) {
    const age = await ageOf(lock);
    // Of two that find it stale, both may remove it, and only one makes it anew.
    if (age !== null && age > STALE_MS) await rm(lock, { force: true });
    return null;
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function made(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (codeOfError(error) === 'EEXIST') return false;
    throw error;
  }
}

async function ageOf(lock: string): Promise<number | null> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs;
  } catch {
    return null;
  }
}

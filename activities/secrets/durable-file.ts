/** A file that appears whole or not at all, is there once this returns, and is never overwritten. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './file.ts';

/**
 * Creates `path` (mode 0600) with these bytes unless it exists. False: it existed, and nothing was changed.
 * Two processes may call it at once: exactly one gets true. Throws when the disk does.
 */
export async function createDurably(path: string, bytes: Buffer): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike rename, link refuses to replace what is there.
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/** Removes `path`, and is sure of it once this returns. False: it was not there. Throws when the disk does. */
export async function removeDurably(path: string): Promise<boolean> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/** A name is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Creates the folder (mode 0700) where it is missing; one that exists keeps its mode. */
export async function createFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(made));
}

/** The two ways in which checkpoints and keys reach a disk. Both are durable when they resolve. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What is used of an open file. */
export interface OpenFile {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The calls that can fail half way; tests let each of them fail. */
export interface Disk {
  open(path: string, flags: number, mode: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
}

export const realDisk: Disk = { open, rename };

const { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const OWNER_ONLY = 0o600;

/** Adds bytes at the end. When it throws, any part of them may stand there. */
export async function appendDurably(path: string, bytes: Uint8Array, disk: Disk): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await written(await disk.open(path, O_WRONLY | O_APPEND | O_CREAT, OWNER_ONLY), bytes);
  await syncFolder(dirname(path), disk);
}

/** Puts a file in the place of another: the old one or the new one is there at every moment, each of them whole. */
export async function replaceDurably(path: string, bytes: Uint8Array, disk: Disk): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.draft`);
  try {
    await written(await disk.open(draft, O_WRONLY | O_CREAT | O_TRUNC, OWNER_ONLY), bytes);
    await disk.rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path), disk);
}

async function written(file: OpenFile, bytes: Uint8Array): Promise<void> {
  try {
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten !== bytes.length)
      throw Object.assign(new Error('the disk took only a part'), { code: 'ENOSPC' });
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is durable only once its folder is. */
async function syncFolder(path: string, disk: Disk): Promise<void> {
  const folder = await disk.open(path, O_RDONLY, 0);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The system's code of a failed call, for a message; never its text, which may hold more than a path. */
export function codeOfError(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

/**
 * Who had which item when: one append-only file of JSON lines per case. Every line carries the SHA-256 of
 * the line before it, so that a line taken out, put in or altered shows.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface Handling {
  readonly action: 'stored' | 'manifest';
  readonly task: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: number;
  /** When the item was collected, where that is known. */
  readonly at?: string;
}

export interface Custody {
  /** Durable when it returns. Throws the file system's error when it cannot be. */
  append(caseId: string, handling: Handling): void;
}

const BEFORE_THE_FIRST = '0'.repeat(64);
const LONGEST_WAIT_MS = 10_000;

/** `dir` must exist by the time of the first append. */
export function openCustody(dir: string, actor: string): Custody {
  return {
    append(caseId, handling) {
      alone(join(dir, 'lock'), () => {
        const file = openSync(join(dir, custodyFile(caseId)), 'a+', 0o600);
        try {
          const { last, ended } = lastLine(file);
          const { at: collected = null, ...item } = handling;
          const prev = last === null ? BEFORE_THE_FIRST : createHash('sha256').update(last).digest('hex');
          const line = { v: 1, prev, at: new Date().toISOString(), actor, case: caseId, collected, ...item };
          writeAll(file, Buffer.from(`${ended ? '' : '\n'}${JSON.stringify(line)}\n`));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        syncDirectory(dir);
      });
    },
  };
}

/** Never the case id itself: ids may hold separators, or differ only in case on a file system that does not. */
export function custodyFile(caseId: string): string {
  const readable = caseId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return `${readable}-${createHash('sha256').update(caseId).digest('hex').slice(0, 32)}.jsonl`;
}

/**
 * One writer at a time on this machine, by an operating-system lock that ends with its process. Waits for
 * others at most 10 s, then throws.
 */
function alone(lockFile: string, work: () => void): void {
  const lock = new Database(lockFile, { timeout: LONGEST_WAIT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    work();
  } finally {
    lock.close();
  }
}

/** A line cut short by a crash was never acknowledged: it stays, closed with a line break, and the chain covers it. */
function lastLine(file: number): { readonly last: Buffer | null; readonly ended: boolean } {
  const bytes = Buffer.alloc(fstatSync(file).size);
  let read = 0;
  while (read < bytes.byteLength) {
    const got = readSync(file, bytes, read, bytes.byteLength - read, read);
    if (got === 0) break;
    read += got;
  }
  if (read === 0) return { last: null, ended: true };
  const ended = bytes[read - 1] === 0x0a;
  const end = ended ? read - 1 : read;
  const start = end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1;
  return { last: bytes.subarray(start, end), ended };
}

/** Without it a crash may lose the name of a file whose content is safe. */
function syncDirectory(dir: string): void {
  const directory = openSync(dir, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
}

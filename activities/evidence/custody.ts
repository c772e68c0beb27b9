/** The custody of a local store: one append-only file of JSON lines per case; see `handling.ts` for a line. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { custodyLine, custodyName, type Handling } from './handling.ts';
import type { CustodyLog } from './store.ts';

export interface Custody {
  /** Durable when it returns. Throws the file system's error when it cannot be. */
  append(caseId: string, handling: Handling): void;
  /** Of one case, or of all. */
  read(caseId: string | null): readonly CustodyLog[];
}

const LONGEST_WAIT_MS = 10_000;

/** `dir` must exist by the time of the first append. */
export function openCustody(dir: string, actor: string): Custody {
  return {
    append(caseId, handling) {
      alone(join(dir, 'lock'), () => {
        const file = openSync(join(dir, custodyFile(caseId)), 'a+', 0o600);
        try {
          const { last, ended } = lastLine(file);
          const line = custodyLine(last, actor, caseId, handling);
          writeAll(file, Buffer.from(`${ended ? '' : '\n'}${line}\n`));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        syncDirectory(dir);
      });
    },
    read(caseId) {
      const names = readdirSync(dir).filter((name) => name.endsWith('.jsonl'));
      const wanted = caseId === null ? names : names.filter((name) => name === custodyFile(caseId));
      return wanted.sort().map((name) => ({
        name: name.slice(0, -'.jsonl'.length),
        lines: linesOf(join(dir, name)),
      }));
    },
  };
}

export function custodyFile(caseId: string): string {
  return `${custodyName(caseId)}.jsonl`;
}

function linesOf(path: string): readonly Uint8Array[] {
  const text = readFileSync(path);
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf(0x0a, start);
    const end = found < 0 ? text.length : found;
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
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

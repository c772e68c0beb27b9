/** Reads the log in a database file from outside: read-only, beside whoever writes it, and without making one. */
import { existsSync } from 'node:fs';
import type { StoredEntry } from '../audit.ts';
import { StoreError } from '../ledger.ts';
import { outOfOrder, runInPages } from '../pages.ts';
import { sqliteCode } from './failure.ts';
import { openReadOnly, type ReadOnly } from './read-only.ts';
import { createRunReading } from './runs.ts';

export interface LogFile {
  /** Entries `from` … `to - 1`, as far as they exist. */
  read(from: number, to: number): AsyncIterable<StoredEntry>;
  /** One run's entries in order. */
  byRun(chain: string): AsyncIterable<StoredEntry>;
  close(): void;
}

/** Entries fetched at a time: the event loop turns between pages. */
const PAGE = 500;

/** Throws a `StoreError` when there is no such file, or it is none of ours. */
export function openLogFile(path: string): LogFile {
  if (!existsSync(path))
    throw new StoreError('store_unavailable', `there is no file ${path}; name the database of the worker`);
  const { db, close } = opened(path);
  try {
    const all = db.prepare<[number, number], StoredEntry>(
      'SELECT i AS "index", bytes FROM entries WHERE i >= ? ORDER BY i LIMIT ?',
    );
    const ofRun = createRunReading(db);
    return {
      read: (from, to) => inPages(from, to, (at) => all.all(at, PAGE)),
      byRun: (chain) =>
        runInPages(
          async (before, limit) => ofRun.places(chain, before, limit),
          async (places) => ofRun.entriesAt(places),
        ),
      close,
    };
  } catch (error) {
    close();
    throw foreign(path, error);
  }
}

function opened(path: string): ReadOnly {
  try {
    return openReadOnly(path);
  } catch (error) {
    throw foreign(path, error);
  }
}

function foreign(path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  return new StoreError('store_untrusted', `${path} is no log of Cordon (${code})`, { cause: error });
}

async function* inPages(
  from: number,
  to: number,
  page: (at: number) => readonly StoredEntry[],
): AsyncGenerator<StoredEntry, void, undefined> {
  for (let at = from; at < to;) {
    const rows = page(at);
    for (const { index, bytes } of rows) if (index < to) yield { index, bytes };
    const last = rows.at(-1);
    if (last === undefined) return;
    if (last.index < at) throw outOfOrder();
    at = last.index + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

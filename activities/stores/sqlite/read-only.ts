/**
 * Opens a file for reading, also where nobody may write: on a medium that an auditor was handed, or in somebody else's
 * folder. SQLite wants to keep its index of the write-ahead log beside the file, and cannot there.
 */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { sqliteCode } from './failure.ts';

export interface ReadOnly {
  readonly db: Database.Database;
  close(): void;
}

const BUSY_MS = 5_000;

/** Beside a writer where there is one. Throws as SQLite and the file system do. */
export function openReadOnly(path: string): ReadOnly {
  const db = new Database(path, { readonly: true, timeout: BUSY_MS });
  try {
    // Nothing is opened before the first read.
    db.pragma('schema_version');
    return { db, close: () => void db.close() };
  } catch (error) {
    db.close();
    if (sqliteCode(error) !== 'SQLITE_CANTOPEN' || isWritable(dirname(path))) throw error;
  }
  return openCopy(path);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** There is no writer: it would have made the index. So the file stands still, and a copy is what it is. */
function openCopy(path: string): ReadOnly {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-reading-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(path));
    for (const suffix of ['', '-wal'])
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix, constants.COPYFILE_FICLONE);
    const db = new Database(copy, { readonly: true });
    return {
      db,
      close() {
        db.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The one place where SQLite's errors become ours. */
import { StoreError } from '../ledger.ts';

/** Runs `work`; SQLite's and the file system's errors come out as `StoreError`, everything else as it is. */
export function translated<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(what, error);
  }
}

function translate(what: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  // SQLITE_ERROR: a statement of ours that the tables do not understand, so they are not the ones that we made.
  if (/^SQLITE_(CORRUPT|NOTADB|CONSTRAINT|MISMATCH|SCHEMA|ERROR$)/.test(code))
    return new StoreError(
      'store_untrusted',
      `${what} failed (${code}): the file is damaged or was changed from outside; run "cordon audit verify"`,
      { cause: error },
    );
  return new StoreError('store_unavailable', `${what} failed (${code}): ${remedy(code)}`, { cause: error });
}

/** Of failed system calls and of SQLite's errors; null for everything else. */
function codeOf(error: unknown): string | null {
  if (typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error)
    return String(error.code);
  return sqliteCode(error);
}

/**
 * SQLite's code of an error that the driver threw; null for other errors. Told by the code: the driver remembers
 * one class of errors per process, so its class says nothing once a second copy of its module was loaded.
 */
export function sqliteCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null;
}

/** Something stands already where it should have been written, or what it should follow does not. */
export function isTaken(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_CONSTRAINT') ?? false;
}

function remedy(code: string): string {
  if (/BUSY|LOCKED/.test(code)) return 'another process holds the file; let one process write it';
  if (/FULL|ENOSPC/.test(code)) return 'the disk is full; make room, nothing runs until then';
  if (/READONLY|CANTOPEN|PERM|EACCES|EROFS|EEXIST|ENOENT|ENOTDIR/.test(code))
    return 'check that the file and its folder are writable';
  return 'check the disk; the call can be repeated';
}

/** Opens the file so that its promises hold, and refuses where they cannot. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { GENESIS } from '../../../workflows/audit/entry.ts';
import { StoreError } from '../ledger.ts';
import { translated } from './failure.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** How long a writer waits for another process's commit. The event loop stands still meanwhile. */
const BUSY_MS = 5000;
/** Of a new file. A commit writes whole pages, and an entry and its index row are small: measured. */
const PAGE_BYTES = 2048;
/** Size of the write-ahead log at which it is folded into the file. Rarely is cheaper; the next opening reads all of it. */
const LOG_BYTES = 32 * 1024 * 1024;
/**
 * Pages kept in memory. SQLite goes through all of them after every commit in which it put pages into their order, one in
 * twelve here; with the driver's 16 MiB that is 10 µs a commit (measured).
 */
const CACHE_KIB = 2000;
/** What `PRAGMA synchronous` answers for FULL: a commit is on disk when it returns. */
const FULL = 2;

/**
 * Opens or creates the database file at `path`, readable by its owner only. `log` names a new log; an existing one
 * keeps its name. Throws a `StoreError` when the file is not ours or cannot be made durable.
 */
export function openDatabase(path: string, log: string): Database.Database {
  return translated(`opening ${path}`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    const db = new Database(path, { timeout: BUSY_MS });
    try {
      refuseUnsafeVersion(String(db.prepare('SELECT sqlite_version()').pluck().get()));
      refuseForeign(db, path);
      makeDurable(db, path);
      createSchema(db, log);
      migrate(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

/**
 * SQLite 3.7.0 to 3.51.2 can lose committed pages when two connections and a checkpoint meet (the WAL-reset bug);
 * 3.50.7 and 3.44.6 carry the fix as well. 3.52 was withdrawn.
 */
export function isSafeVersion(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major !== 3) return major > 3;
  if (minor === 44) return patch >= 6;
  if (minor === 50) return patch >= 7;
  if (minor === 51) return patch >= 3;
  return minor > 52;
}

function refuseUnsafeVersion(version: string): void {
  if (isSafeVersion(version)) return;
  throw new StoreError(
    'store_untrusted',
    `SQLite ${version} can lose committed data in WAL mode; install a better-sqlite3 that carries 3.51.3 or later`,
  );
}

function refuseForeign(db: Database.Database, path: string): void {
  const owner = db.pragma('application_id', { simple: true });
  const version = db.pragma('user_version', { simple: true });
  const isNew = owner === 0 && db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (isNew) return;
  if (owner !== APPLICATION_ID)
    throw new StoreError('store_untrusted', `${path} is a database of another program; name another file`);
  if (version !== SCHEMA_VERSION && !MIGRATIONS.has(Number(version)))
    throw new StoreError(
      'store_untrusted',
      `${path} has schema version ${String(version)}, this Cordon knows ${SCHEMA_VERSION}; use the Cordon that wrote it`,
    );
}

/** Set, then read back: the driver's own default for WAL is weaker, and a file system may not allow WAL at all. */
function makeDurable(db: Database.Database, path: string): void {
  db.pragma(`page_size = ${PAGE_BYTES}`);
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  db.pragma(`wal_autocheckpoint = ${Math.floor(LOG_BYTES / pageBytes)}`);
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('trusted_schema = OFF');
  db.pragma('secure_delete = ON');
  const level = db.pragma('synchronous', { simple: true });
  if (mode === 'wal' && level === FULL) return;
  throw new StoreError(
    'store_untrusted',
    `${path} cannot be written durably (journal mode ${String(mode)}, synchronous ${String(level)}); put it on a local disk`,
  );
}

/** Two processes may get here at once: the second finds the work done. */
function createSchema(db: Database.Database, log: string): void {
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) !== 0) return;
    db.exec(SCHEMA);
    db.prepare('INSERT INTO head (one, log, size, leaf, at) VALUES (1, ?, 0, ?, 0)').run(log, GENESIS);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

/** Adds what an older version lacked. What it recorded is not touched. */
function migrate(db: Database.Database): void {
  db.transaction(() => {
    for (;;) {
      const version = Number(db.pragma('user_version', { simple: true }));
      const step = MIGRATIONS.get(version);
      if (step === undefined) return;
      db.exec(step);
      db.pragma(`user_version = ${version + 1}`);
    }
  }).immediate();
}

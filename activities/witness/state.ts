/**
 * What a witness remembers: its own key, and of every log the newest checkpoint it cosigned. One small SQLite file.
 *
 * S1 `advance` compares and replaces in one transaction under the write lock: of two submissions that follow the
 *    same size, one is stored, and no size is ever replaced by a smaller one.
 * S2 It is on disk when `advance` returns (`synchronous = FULL`, read back).
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { keyPairOf, makeKeyPair, seedText, type KeyPair } from '../checkpoints/key-pair.ts';

export interface Seen {
  readonly size: number;
  /** Lower-case hex. */
  readonly root: string;
}

export interface WitnessState {
  readonly key: KeyPair;
  /** Null for a log of which nothing was cosigned. */
  seen(origin: string): Seen | null;
  /** Stores `next` when `old` is still the size that is stored, 0 for nothing. False when it is another. */
  advance(origin: string, old: number, next: Seen): boolean;
  close(): void;
}

export type OpenedState =
  | { readonly kind: 'state'; readonly state: WitnessState }
  | { readonly kind: 'problem'; readonly problem: string };

/** "CRDW" */
const APPLICATION_ID = 0x4352_4457;
const VERSION = 1;
const FULL = 2;

const SCHEMA = `
CREATE TABLE identity (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL,
  seed TEXT NOT NULL
) STRICT;
CREATE TABLE logs (
  origin TEXT    PRIMARY KEY,
  size   INTEGER NOT NULL,
  root   TEXT    NOT NULL
) STRICT;
CREATE TRIGGER logs_stay BEFORE DELETE ON logs BEGIN SELECT RAISE(ABORT, 'a witness forgets no log'); END;
CREATE TRIGGER logs_grow BEFORE UPDATE ON logs
  WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
  BEGIN SELECT RAISE(ABORT, 'a log only grows'); END;
`;

/** Makes the file of a new witness. A problem where there is one already: its key would be lost with it. */
export function makeWitness(path: string, name: string): OpenedState {
  if (existsSync(path))
    return problem(`${path} exists: a witness has one key for its whole life; name another file`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'ax', 0o600));
    const db = new Database(path);
    durable(db);
    db.transaction(() => {
      db.exec(SCHEMA);
      const seed = seedText(makeKeyPair(name, 'witness'));
      db.prepare('INSERT INTO identity (one, name, seed) VALUES (1, ?, ?)').run(name, seed);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${VERSION}`);
    }).immediate();
    db.close();
  } catch (error) {
    return problem(`${path} cannot be made (${codeOf(error)})`);
  }
  return openWitness(path);
}

export function openWitness(path: string): OpenedState {
  if (!existsSync(path))
    return problem(`there is no file ${path}; make the key of the witness with --new-key NAME`);
  let db: Database.Database;
  try {
    db = new Database(path, { timeout: 5000 });
  } catch (error) {
    return problem(`${path} cannot be opened (${codeOf(error)})`);
  }
  try {
    const fault = refusal(db);
    const key = fault === null ? keyOf(db) : null;
    if (key !== null) return { kind: 'state', state: over(db, key) };
    db.close();
    return problem(`${path} ${fault ?? 'has lost its key; restore the whole file from a backup'}`);
  } catch (error) {
    db.close();
    return problem(
      `${path} cannot be read (${codeOf(error)}); a witness that forgot is none: make a new one`,
    );
  }
}

function refusal(db: Database.Database): string | null {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) return 'is not the file of a witness';
  if (db.pragma('user_version', { simple: true }) !== VERSION)
    return 'was written by another version of Cordon';
  return durable(db) ? null : 'cannot be written durably; put it on a local disk';
}

/** Set, then read back. */
function durable(db: Database.Database): boolean {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  return mode === 'wal' && db.pragma('synchronous', { simple: true }) === FULL;
}

function keyOf(db: Database.Database): KeyPair | null {
  const row = db
    .prepare<[], { readonly name: string; readonly seed: string }>('SELECT name, seed FROM identity')
    .get();
  return row === undefined ? null : keyPairOf(row.name, 'witness', row.seed);
}

function over(db: Database.Database, key: KeyPair): WitnessState {
  const find = db.prepare<[string], Seen>('SELECT size, root FROM logs WHERE origin = ?');
  const store = db.prepare(
    `INSERT INTO logs (origin, size, root) VALUES (?, ?, ?)
     ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root`,
  );
  const advance = db.transaction((origin: string, old: number, next: Seen): boolean => {
    if ((find.get(origin)?.size ?? 0) !== old) return false;
    store.run(origin, next.size, next.root);
    return true;
  });
  return {
    key,
    seen: (origin) => find.get(origin) ?? null,
    advance: (origin, old, next) => advance.immediate(origin, old, next),
    close: () => db.close(),
  };
}

function problem(text: string): OpenedState {
  return { kind: 'problem', problem: text };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

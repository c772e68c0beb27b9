/** Reads a SQLite file from outside. */
import { Buffer } from 'node:buffer';
import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { StoredDocument } from '../documents.ts';
import { StoreError } from '../ledger.ts';
import { outOfOrder } from '../pages.ts';
import type { StoreReading } from '../reading.ts';
import type { EntryRow, HeadRow } from '../tables.ts';
import { translated } from './failure.ts';
import type { KeptValue } from '../values.ts';
import { openReadOnly } from './read-only.ts';
import { complaintOfRuns } from './runs.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { sound } from './sound.ts';
import { keptValue, VALUE, type ValueRow } from './value-row.ts';

/** Rows fetched at a time. A statement that is still being read would keep the connection from any other. */
const PAGE = 250;

const HEAD_KINDS = { log: 'string', size: 'number', leaf: 'string', at: 'number' } as const;
const ENTRY_KINDS = {
  index: 'number',
  id: 'string',
  run: 'string',
  runSeq: 'number',
  bytes: 'bytes',
} as const;
const DOCUMENT_KINDS = { kind: 'string', digest: 'string', text: 'string' } as const;
const VALUE_KINDS = {
  index: 'number',
  path: 'string',
  salt: 'bytes',
  text: 'bytes',
  erased: 'number',
} as const;

export function openSqliteForReading(path: string): StoreReading {
  if (!existsSync(path))
    throw new StoreError('store_unavailable', `there is no file ${path}; name the database of the worker`);
  return translated(`reading ${path}`, () => {
    const { db, close } = openReadOnly(path);
    try {
      refuseForeign(db, path);
      // From its first read on, a transaction sees one state of the file.
      db.exec('BEGIN');
      return readingOf(db, path, close);
    } catch (error) {
      close();
      throw error;
    }
  });
}

function refuseForeign(db: Database.Database, path: string): void {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new StoreError('store_untrusted', `${path} is not a database of Cordon`);
  const version = db.pragma('user_version', { simple: true });
  if (version === SCHEMA_VERSION || MIGRATIONS.has(Number(version))) return;
  throw new StoreError(
    'store_untrusted',
    `${path} has schema version ${String(version)}, this Cordon knows ${SCHEMA_VERSION}; use the Cordon that wrote it`,
  );
}

function readingOf(db: Database.Database, path: string, close: () => void): StoreReading {
  const reading = <T>(work: () => T): T => translated(`reading ${path}`, work);
  const headRow = db.prepare<[], HeadRow>('SELECT log, size, leaf, at FROM head');
  const [head = null] = reading(() => sound('the head', HEAD_KINDS, headRow.all()));
  const entries = db.prepare<[number, number], EntryRow>(
    'SELECT i AS "index", id, run, run_seq AS runSeq, bytes FROM entries WHERE i > ? ORDER BY i LIMIT ?',
  );
  const documents = db.prepare<[string, string, number], StoredDocument>(
    'SELECT kind, digest, text FROM documents WHERE (kind, digest) > (?, ?) ORDER BY kind, digest LIMIT ?',
  );
  const document = db.prepare<[string, string], { readonly text: string }>(
    'SELECT text FROM documents WHERE kind = ? AND digest = ?',
  );
  /** Told by the version, and not by what is there: a table that is gone from a newer file is damage. */
  const isFirstVersion = db.pragma('user_version', { simple: true }) === 1;
  return {
    head: async () => head,
    entries: (from = Number.MIN_SAFE_INTEGER + 1) =>
      inPages(
        (last: EntryRow | null) =>
          reading(() => sound('an entry', ENTRY_KINDS, entries.all(last?.index ?? from - 1, PAGE))),
        (row, last) => row.index > last.index,
      ),
    documents: () =>
      inPages(
        (last: StoredDocument | null) =>
          reading(() =>
            sound('a document', DOCUMENT_KINDS, documents.all(last?.kind ?? '', last?.digest ?? '', PAGE)),
          ),
        (row, last) => (compare(row.kind, last.kind) || compare(row.digest, last.digest)) > 0,
      ),
    values(from = 0) {
      if (isFirstVersion) return null;
      const page = reading(() =>
        db.prepare<[number, string, number], ValueRow>(
          `SELECT ${VALUE} FROM personal WHERE (i, path) > (?, ?) ORDER BY i, path LIMIT ?`,
        ),
      );
      return inPages(
        (last: KeptValue | null) =>
          reading(() =>
            sound('a value', VALUE_KINDS, page.all(last?.index ?? from - 1, last?.path ?? '', PAGE)).map(
              keptValue,
            ),
          ),
        (row, last) => (row.index - last.index || compare(row.path, last.path)) > 0,
      );
    },
    async checkpoints() {
      if (isFirstVersion) return [];
      return reading(() =>
        sound(
          'a checkpoint',
          { note: 'string' },
          db.prepare<[], { readonly note: string }>('SELECT note FROM checkpoints ORDER BY size').all(),
        ).map(({ note }) => note),
      );
    },
    document: async (kind, digest) =>
      reading(() => sound('a document', { text: 'string' }, document.all(kind, digest)))[0]?.text ?? null,
    async ownComplaint() {
      const verdict = reading(() => String(db.pragma('integrity_check(1)', { simple: true })));
      if (verdict !== 'ok') return `SQLite's own check says: ${verdict}`;
      return reading(() => complaintOfRuns(db));
    },
    close: async () => close(),
  };
}

/**
 * The event loop turns between pages, so that a long reading lets others work. Each row must stand behind the one before:
 * in a damaged file the last one of a page may lead back to where the page began, and so round and round without end.
 */
async function* inPages<Row>(
  page: (last: Row | null) => readonly Row[],
  isBehind: (row: Row, last: Row) => boolean,
): AsyncGenerator<Row, void, undefined> {
  let last: Row | null = null;
  for (let rows = page(null); rows.length > 0; rows = page(last)) {
    for (const row of rows) {
      if (last !== null && !isBehind(row, last)) throw outOfOrder();
      last = row;
      yield row;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** As SQLite compares texts: byte by byte. */
function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

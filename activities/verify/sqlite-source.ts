/** A database file as a source for the check. Read-only, in one transaction, beside a writer where there is one. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { nodeCodec, sha256Hex } from '../stores/codec.ts';
import { sqliteCode } from '../stores/sqlite/failure.ts';
import { APPLICATION_ID } from '../stores/sqlite/schema.ts';
import { createPacker } from './batch.ts';
import { SourceError, type ClaimedHead, type KeptValue, type RecordSource } from './source.ts';

interface EntryColumns {
  readonly index: number;
  readonly id: string;
  readonly run: string;
  readonly runSeq: number;
  readonly bytes: Uint8Array;
}

/** From here on a thread beside is worth its start. */
const LONG = 50_000;

/** Throws a `SourceError` when there is no such file, or it is not a database of ours. */
export async function openSqliteSource(path: string): Promise<RecordSource> {
  if (!existsSync(path))
    throw new SourceError(
      'source_missing',
      `there is no file ${path}; name the database of the worker, or the folder of an export`,
    );
  const db = new Database(path, { readonly: true, timeout: 5000 });
  try {
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw new SourceError('source_foreign', `${path} is not a database of Cordon`);
    db.exec('BEGIN');
    return sourceOf(db, path);
  } catch (error) {
    db.close();
    throw unreadable(path, error);
  }
}

/** What did not come from SQLite is handed back as it is. */
function unreadable(path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  return code === null ? error : new SourceError('source_unreadable', `SQLite cannot read ${path} (${code})`);
}

function sourceOf(db: Database.Database, path: string): RecordSource {
  const hasTable = (name: string): boolean =>
    db.prepare<[string]>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !==
    undefined;
  const head = db.prepare<[], ClaimedHead>('SELECT log, size, leaf FROM head');
  const claimed = head.get();
  const document = db.prepare<[string], { readonly text: string }>(
    "SELECT text FROM documents WHERE kind = 'details' AND digest = ?",
  );
  const reading = async function* <Row>(rows: () => Iterable<Row>): AsyncGenerator<Row, void, undefined> {
    try {
      yield* rows();
    } catch (error) {
      throw unreadable(path, error);
    }
  };
  return {
    name: path,
    isLong: (claimed?.size ?? 0) > LONG,
    async *entries() {
      const packer = createPacker();
      const rows = db.prepare<[], EntryColumns>(
        'SELECT i AS "index", id, run, run_seq AS runSeq, bytes FROM entries ORDER BY i',
      );
      for await (const { bytes, ...columns } of reading(() => rows.iterate())) {
        const full = packer.add(bytes, columns);
        if (full !== null) yield full;
      }
      const rest = packer.rest();
      if (rest !== null) yield rest;
    },
    head: async () => claimed ?? null,
    async checkpoints() {
      if (!hasTable('checkpoints')) return [];
      return db.prepare<[], string>('SELECT note FROM checkpoints ORDER BY size').pluck().all();
    },
    values: () => (hasTable('personal') ? reading(() => readValues(db)) : null),
    details: async (digest) => document.get(digest)?.text ?? null,
    async *allDetails() {
      const rows = db.prepare<[], { readonly sha256: string; readonly text: string }>(
        "SELECT digest AS sha256, text FROM documents WHERE kind = 'details' ORDER BY digest",
      );
      for (const row of rows.iterate()) yield row;
    },
    async damage() {
      try {
        return damageOf(db, claimed === undefined);
      } catch (error) {
        const told = unreadable(path, error);
        if (told instanceof SourceError) return told.message;
        throw error;
      }
    },
    close: async () => void db.close(),
  };
}

function* readValues(db: Database.Database): Generator<KeptValue, void, undefined> {
  const rows = db.prepare<
    [],
    {
      readonly index: number;
      readonly path: string;
      readonly salt: Uint8Array;
      readonly text: Uint8Array;
      readonly erased: number;
    }
  >('SELECT i AS "index", path, salt, text, erased FROM personal ORDER BY i, path');
  for (const { index, path, salt, text, erased } of rows.iterate())
    yield { index, path, value: erased === 1 ? null : { salt, text: nodeCodec.decode(text) } };
}

function damageOf(db: Database.Database, isHeadless: boolean): string | null {
  if (isHeadless) return 'its head row is gone';
  const integrity = String(db.pragma('integrity_check(1)', { simple: true }));
  if (integrity !== 'ok') return `SQLite's own check says: ${integrity}`;
  const documents = db.prepare<[], { readonly kind: string; readonly digest: string; readonly text: string }>(
    'SELECT kind, digest, text FROM documents',
  );
  for (const { kind, digest, text } of documents.iterate())
    if (sha256Hex(text) !== digest) return `the ${kind} stored under ${digest} is not what was put there`;
  return null;
}

/**
 * Checks a database file from outside: read-only, without the code that writes it. Beyond what the entries say of
 * each other, the columns must agree with the bytes, the head with the end, and the file with SQLite's own check.
 */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { createVerifier, type Verification } from '../../../workflows/audit/chain.ts';
import type { Entry } from '../../../workflows/audit/entry.ts';
import { nodeCodec, sha256Hex } from '../codec.ts';
import type { StoredDocument } from '../documents.ts';
import { StoreError } from '../ledger.ts';
import type { EntryRow, HeadRow } from '../tables.ts';
import { sqliteCode } from './failure.ts';
import { APPLICATION_ID } from './schema.ts';

export interface DatabaseVerdict {
  readonly verified: boolean;
  /** All of them when verified, otherwise those before the first bad one. */
  readonly entries: number;
  /** Leaf hash of the last entry and root of the tree, lower-case hex; null when not verified. */
  readonly head: string | null;
  readonly root: string | null;
  /** The first entry that cannot be trusted; null also when the damage lies outside the entries. */
  readonly firstBad: number | null;
  readonly reason: string | null;
}

/**
 * Never writes to the file and may run beside a writer. Damage is an answer; throws a `StoreError` only when there
 * is no such file. What a log cannot show about itself (a whole rewrite, a tail cut together with its head) needs
 * a head kept elsewhere: compare `head` and `entries` with it.
 */
export function verifyDatabase(path: string): DatabaseVerdict {
  if (!existsSync(path))
    throw new StoreError('store_unavailable', `there is no file ${path}; name the database of the worker`);
  try {
    const db = new Database(path, { readonly: true, timeout: 5000 });
    try {
      return db.transaction(() => verdictOn(db))();
    } finally {
      db.close();
    }
  } catch (error) {
    return broken(0, null, unreadable(error));
  }
}

function verdictOn(db: Database.Database): DatabaseVerdict {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    return broken(0, null, 'it is not a database of Cordon');
  const head = db.prepare<[], HeadRow>('SELECT log, size, leaf, at FROM head').get();
  if (head === undefined) return broken(0, null, 'its head row is gone');
  const entries = verifyRows(db, head);
  if (entries.kind === 'broken') return broken(entries.entries, entries.firstBad, entries.reason);
  const integrity = String(db.pragma('integrity_check(1)', { simple: true }));
  if (integrity !== 'ok') return broken(entries.entries, null, `SQLite's own check says: ${integrity}`);
  const strange = strangeDocument(db);
  if (strange !== null) return broken(entries.entries, null, strange);
  return {
    verified: true,
    entries: entries.entries,
    head: entries.head,
    root: entries.root,
    firstBad: null,
    reason: null,
  };
}

function verifyRows(db: Database.Database, head: HeadRow): Verification {
  const rows = db.prepare<[], EntryRow>(
    'SELECT i AS "index", id, run, run_seq AS runSeq, bytes FROM entries ORDER BY i',
  );
  const verifier = createVerifier(nodeCodec);
  let count = 0;
  try {
    for (const row of rows.iterate()) {
      const added = verifier.add(row.bytes);
      if (added.kind === 'broken') return added;
      const column = strayColumn(row, added.entry);
      if (column !== null) return stray(count, `its column ${column} disagrees with its bytes`);
      if (added.entry.log !== head.log) return stray(count, 'it belongs to another log than the head');
      count += 1;
    }
  } catch (error) {
    return stray(count, unreadable(error));
  }
  return verifier.end(head);
}

function strayColumn(row: EntryRow, entry: Entry): string | null {
  if (row.index !== entry.i) return 'i';
  if (row.id !== entry.id) return 'id';
  if (row.run !== entry.body.run) return 'run';
  return row.runSeq === entry.body.run_seq ? null : 'run_seq';
}

function strangeDocument(db: Database.Database): string | null {
  const rows = db.prepare<[], StoredDocument>('SELECT kind, digest, text FROM documents');
  for (const { kind, digest, text } of rows.iterate())
    if (sha256Hex(text) !== digest) return `the ${kind} stored under ${digest} is not what was put there`;
  return null;
}

/** Rethrows what did not come from SQLite. */
function unreadable(error: unknown): string {
  const code = sqliteCode(error);
  if (code === null) throw error;
  return `SQLite cannot read it (${code})`;
}

function stray(firstBad: number, reason: string): Verification {
  return { kind: 'broken', entries: firstBad, firstBad, reason };
}

function broken(entries: number, firstBad: number | null, reason: string): DatabaseVerdict {
  return { verified: false, entries, head: null, root: null, firstBad, reason };
}

/** The tables in SQLite. Rules S1 to S5 in `transaction.ts` hold for what is written. */
import type { Database } from 'better-sqlite3';
import type { StoredEntry } from '../audit.ts';
import { fromClaimRow, toClaimRow, type ClaimRow } from '../claim-row.ts';
import type { ClaimRecord } from '../claims.ts';
import { nodeCodec } from '../codec.ts';
import { StoreError } from '../ledger.ts';
import {
  wholeEntries,
  type Changes,
  type EntryRow,
  type Found,
  type HeadRow,
  type Needs,
  type Tables,
} from '../tables.ts';
import { createAlone } from './alone.ts';
import { createSqliteCheckpoints } from './checkpoints.ts';
import { translated } from './failure.ts';
import { forget } from './forget.ts';
import { createPaperTable } from './papers.ts';
import { createReservationTable } from './reservations.ts';
import { createRunReading } from './runs.ts';
import { createCommit, type Hands } from './transaction.ts';
import { keptValue, VALUE, type ValueRow } from './value-row.ts';

/** By its key: SQLite then updates the row where it finds it, without a list of rows to update. */
const SET_HEAD = 'UPDATE head SET log = ?, size = ?, leaf = ?, at = ? WHERE one = 1';
const ENTRY = 'i AS "index", id, run, run_seq AS runSeq, bytes';

export function createSqliteTables(db: Database): Tables {
  const head = db.prepare<[], HeadRow>('SELECT log, size, leaf, at FROM head');
  const setHead = db.prepare(SET_HEAD);
  const moveHead = db.prepare(`${SET_HEAD} AND log = ? AND size = ? AND leaf = ? AND at = ?`);
  const entryById = db.prepare<[string], EntryRow>(`SELECT ${ENTRY} FROM entries WHERE id = ?`);
  const lastOfRun = db.prepare<[string], EntryRow>(
    `SELECT ${ENTRY} FROM entries WHERE i = (SELECT last FROM runs WHERE run = ?)`,
  );
  const addEntry = db.prepare(
    'INSERT INTO entries (i, id, run, run_seq, prior, bytes) VALUES (?, ?, ?, ?, (SELECT last FROM runs WHERE run = ?), ?)',
  );
  const entriesFrom = db.prepare<[number, number], StoredEntry>(
    'SELECT i AS "index", bytes FROM entries WHERE i >= ? ORDER BY i LIMIT ?',
  );
  const ofRun = createRunReading(db);
  const claim = db.prepare<[string], ClaimRow>('SELECT * FROM claims WHERE key = ?');
  const claimsOf = db.prepare<[string], ClaimRow>(
    'SELECT * FROM claims WHERE chain = ? ORDER BY updated_at, key',
  );
  const setClaim = db.prepare(`
    INSERT INTO claims
      (key, inputs, chain, workflow, task, state, attempts, fence, output, effect, claimed_at, updated_at)
    VALUES
      (@key, @inputs, @chain, @workflow, @task, @state, @attempts, @fence, @output, @effect, @claimed_at, @updated_at)
    ON CONFLICT (key) DO UPDATE SET inputs = excluded.inputs, chain = excluded.chain, workflow = excluded.workflow,
      task = excluded.task, state = excluded.state, attempts = excluded.attempts, fence = excluded.fence,
      output = excluded.output, effect = excluded.effect, claimed_at = excluded.claimed_at, updated_at = excluded.updated_at`);
  const document = db.prepare<[string, string], { readonly text: string }>(
    'SELECT text FROM documents WHERE kind = ? AND digest = ?',
  );
  const addDocument = db.prepare(
    'INSERT INTO documents (kind, digest, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const addValue = db.prepare('INSERT INTO personal (i, path, salt, text, erased) VALUES (?, ?, ?, ?, 0)');
  // Overwritten in place and by as many bytes: the row does not move.
  const eraseValue = db.prepare(
    `UPDATE personal SET salt = zeroblob(length(salt)), text = zeroblob(length(text)), erased = 1
     WHERE i = ? AND path = ?`,
  );
  const valuesOf = db.prepare<[number], ValueRow>(`SELECT ${VALUE} FROM personal WHERE i = ? ORDER BY path`);
  const valuesFrom = db.prepare<[number, number], ValueRow>(
    `SELECT ${VALUE} FROM personal WHERE i >= ? ORDER BY i, path LIMIT ?`,
  );
  const papers = createPaperTable(db);
  const reservations = createReservationTable(db);
  const answer = (needs: Needs): Found => ({
    claims: needs.claims.flatMap((key) => claimOf(claim.get(key)) ?? []),
    entries: needs.entries.flatMap((id) => entryById.get(id) ?? []),
    ends: needs.runs.flatMap((run) => lastOfRun.get(run) ?? []),
    tail: needs.tailFrom === null ? [] : entriesFrom.all(needs.tailFrom, 2),
    values: needs.values.flatMap((index) => valuesOf.all(index).map(keptValue)),
    reservations: reservations.of(needs.counters),
  });
  const add = ({ entries, values }: Pick<Changes, 'entries' | 'values'>): void => {
    for (const { index, id, run, runSeq, bytes } of entries) addEntry.run(index, id, run, runSeq, run, bytes);
    for (const { index, path, value } of values)
      if (value !== null) addValue.run(index, path, value.salt, nodeCodec.encode(value.text));
  };
  const writeAfter: Hands['writeAfter'] = ({ log, size, leaf, at }, changes) => {
    const to = changes.head;
    if (moveHead.run(to.log, to.size, to.leaf, to.at, log, size, leaf, at).changes === 0) return false;
    add(changes);
    return true;
  };
  const write = (changes: Changes): void => {
    const to = changes.head;
    if (to !== null) setHead.run(to.log, to.size, to.leaf, to.at);
    add(changes);
    for (const record of changes.claims) setClaim.run(toClaimRow(record));
    for (const { kind, digest, text } of changes.documents) addDocument.run(kind, digest, text);
    for (const { index, path } of changes.erasures) eraseValue.run(index, path);
    papers.erase(changes.papers);
    reservations.giveBack(changes.returned);
    reservations.add(changes.reservations);
  };
  const commit = createCommit(db, {
    head: () => headOf(head.get()),
    answer,
    write,
    writeAfter,
    commitAlone: createAlone(db),
  });
  const reading = async <T>(work: () => T): Promise<T> => translated('reading the store', work);

  return {
    commit: async (proposal) => translated('writing to the store', () => commit(proposal)),
    head: () => reading(() => headOf(head.get())),
    entries: (from, limit) => reading(() => entriesFrom.all(from, limit)),
    placesOfRun: (run, before, limit) => reading(() => ofRun.places(run, before, limit)),
    entriesAt: (places) => reading(() => ofRun.entriesAt(places)),
    claim: (key) => reading(() => claimOf(claim.get(key))),
    claimsOf: (chain) => reading(() => claimsOf.all(chain).map(fromClaimRow)),
    values: (from, limit) =>
      reading(() => wholeEntries(valuesFrom.all(from, limit + 1).map(keptValue), limit)),
    document: (kind, digest) => reading(() => document.get(kind, digest)?.text ?? null),
    checkpoints: createSqliteCheckpoints(db),
    forget: async () => translated('rewriting the store without what was erased', () => forget(db)),
    close: async () => {
      db.close();
    },
  };
}

function headOf(row: HeadRow | undefined): HeadRow {
  if (row !== undefined) return row;
  throw new StoreError(
    'store_untrusted',
    'the store has lost its head row; restore a backup and run "cordon audit verify"',
  );
}

function claimOf(row: ClaimRow | undefined): ClaimRecord | null {
  return row === undefined ? null : fromClaimRow(row);
}

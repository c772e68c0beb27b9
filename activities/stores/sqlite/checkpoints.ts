/** Signed checkpoints in the same file as the log they are over. One connection, used from one thread. */
import type { Database } from 'better-sqlite3';
import { attached, type CheckpointStore, type StoredCheckpoint } from '../checkpoints.ts';
import { translated } from './failure.ts';

interface Row {
  readonly size: number;
  readonly note: string;
  /** Hashes in hexadecimal, separated by spaces. */
  readonly edge: string;
  readonly timestamp: Buffer | null;
}

const COLUMNS = 'size, note, edge, timestamp';

export function createSqliteCheckpoints(db: Database): CheckpointStore {
  const newest = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM checkpoints ORDER BY size DESC LIMIT 1`);
  const atOrBefore = db.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE size <= ? ORDER BY size DESC LIMIT 1`,
  );
  const list = db.prepare<[number, number], Row>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE size >= ? ORDER BY size LIMIT ?`,
  );
  const add = db.prepare('INSERT INTO checkpoints (size, note, edge, timestamp) VALUES (?, ?, ?, ?)');
  const change = db.prepare('UPDATE checkpoints SET note = ?, timestamp = ? WHERE size = ?');
  const reading = async <T>(work: () => T): Promise<T> => translated('reading the store', work);
  /** The lock is taken before the newest is read: two processes cannot both follow it. */
  const writing = async <T>(work: () => T): Promise<T> =>
    translated('writing to the store', () => db.transaction(work).immediate());

  return {
    newest: () => reading(() => fromRow(newest.get())),
    atOrBefore: (size) => reading(() => fromRow(atOrBefore.get(size))),
    list: (from, limit) => reading(() => list.all(from, limit).flatMap((row) => fromRow(row) ?? [])),
    put: (checkpoints) =>
      writing(() => {
        const last = fromRow(newest.get());
        const [first] = checkpoints;
        if (last !== null && first !== undefined && first.size <= last.size)
          return { kind: 'behind', newest: last };
        for (const { size, note, edge, timestamp } of checkpoints)
          add.run(size, note, edge.join(' '), timestamp);
        return { kind: 'stored' };
      }),
    attach: (size, attachment) =>
      writing(() => {
        const found = fromRow(atOrBefore.get(size));
        if (found?.size !== size) return;
        const { note, timestamp } = attached(found, attachment);
        change.run(note, timestamp, size);
      }),
  };
}

function fromRow(row: Row | undefined): StoredCheckpoint | null {
  if (row === undefined) return null;
  return { ...row, edge: row.edge === '' ? [] : row.edge.split(' ') };
}

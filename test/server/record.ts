/** The audit record as an outsider with access to personal values reads it: from the file, without the code that writes it. */
import Database from 'better-sqlite3';
import { openEntry } from '../../activities/stores/opened-entries.ts';
import type { EntryBody } from '../../workflows/audit/entry.ts';
import { LOG_RUN } from '../../workflows/audit/log-act.ts';

export type Body = EntryBody;

/** The run's entries in order, across all runs of its chain. */
export function entriesOf(state: string, chain: string): readonly Body[] {
  const db = new Database(state, { readonly: true, timeout: 5000 });
  try {
    const rows = db.prepare<[string], { readonly index: number; readonly bytes: Buffer }>(
      'SELECT i AS "index", bytes FROM entries WHERE run = ? ORDER BY run_seq',
    );
    const values = db.prepare<
      [number],
      { readonly path: string; readonly salt: Buffer; readonly text: Buffer }
    >('SELECT path, salt, text FROM personal WHERE i = ? AND erased = 0');
    return rows.all(chain).map((row) => {
      const kept = values.all(row.index).map(({ path, salt, text }) => ({
        index: row.index,
        path,
        value: { salt, text: text.toString('utf8') },
      }));
      return openEntry(row, kept).body;
    });
  } finally {
    db.close();
  }
}

/** Where the run's last entry stands in the log, which holds entries of its own and of other runs too. */
export function lastIndexOf(state: string, chain: string): number {
  const db = new Database(state, { readonly: true, timeout: 5000 });
  try {
    const last = db.prepare<[string], { readonly at: number }>(
      'SELECT max(i) AS at FROM entries WHERE run = ?',
    );
    return last.get(chain)?.at ?? -1;
  } finally {
    db.close();
  }
}

/** How many entries are the log's own acts: that it was opened, that it is alive. */
export function ownActs(state: string): number {
  return entriesOf(state, LOG_RUN).length;
}

/** `event task` of each entry about this task, or of the run itself where the task is null. */
export function eventsOf(entries: readonly Body[], task: string | null): readonly string[] {
  return entries.filter((entry) => entry.task === task).map(({ event }) => event);
}

export function entryOf(entries: readonly Body[], event: string, task: string | null): Body | undefined {
  return entries.find((entry) => entry.event === event && entry.task === task);
}

/** Holds the file's write lock, as another program might, until it is let go. */
export function holdLock(state: string): () => void {
  const db = new Database(state, { timeout: 5000 });
  db.exec('BEGIN IMMEDIATE');
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}

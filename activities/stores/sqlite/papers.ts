/** Documents that may be erased, in the file. */
import type { Database } from 'better-sqlite3';
import type { PaperName } from '../papers.ts';

export interface PaperTable {
  erase(papers: readonly PaperName[]): void;
}

/** Overwritten before the row goes: the triggers let nothing be deleted that still says something. */
export function createPaperTable(db: Database): PaperTable {
  const mentioned = db.prepare<[string]>('SELECT 1 FROM claims WHERE instr(effect, ?) > 0 LIMIT 1');
  const blank = db.prepare(
    `UPDATE documents SET text = CAST(zeroblob(length(CAST(text AS BLOB))) AS TEXT) WHERE kind = ? AND digest = ?`,
  );
  const remove = db.prepare('DELETE FROM documents WHERE kind = ? AND digest = ?');
  return {
    erase(papers) {
      for (const { kind, digest } of papers) {
        if (kind === 'saved' && mentioned.get(digest) !== undefined) continue;
        blank.run(kind, digest);
        remove.run(kind, digest);
      }
    },
  };
}

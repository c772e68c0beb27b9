/** Stores as older versions of Cordon wrote them, with everything in them that a store can hold. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { PapersErasure } from '../../activities/stores/papers.ts';

const sqlOf = (name: string): string =>
  readFileSync(new URL(`./versions/${name}.sql`, import.meta.url), 'utf8');

/** What the texts hold; the same events in each. */
export const OLD_ENTRIES = 19;
/** Soon after their last entry: later on their silence would be a fault. */
export const OLD_END = 1_790_000_110_000;

/** Working papers that each of them has: an output, and a card. */
export const OLD_PAPERS: PapersErasure = {
  chain: 'chain-c',
  keys: ['key-1', 'key-2'],
  documents: [{ kind: 'card', digest: '5a8e5947679277ab7bd8cc9b4dd0d200fcf618276b8fe55781a7d461a2dd2a2c' }],
  loseUndo: false,
  act: ({ outputs, cards }) => ({
    event: 'papers_erased',
    details: { outputs, cards },
    at: OLD_END,
    about: 'chain-c',
  }),
};

/** Makes the file at `path` as version 3 left it; without what came later, as the first version did. */
export function writeOldFile(path: string, version: 1 | 3): void {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec(sqlOf('sqlite-3'));
  if (version === 1)
    db.exec('DROP TABLE personal; DROP TABLE checkpoints; DROP TABLE reservations; PRAGMA user_version = 1');
  db.close();
}

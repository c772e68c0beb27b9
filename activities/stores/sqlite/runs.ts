/**
 * Runs in the file: each entry names the entry of its run before it, and `runs` the last one. An index over run and number
 * would have one page written for every run that a commit touches; of `runs` the rows of runs that began together lie
 * together.
 */
import type { Database } from 'better-sqlite3';
import type { StoredEntry } from '../audit.ts';

export interface RunReading {
  /** From the run's last entry back, or from the one before entry `before`. */
  places(run: string, before: number | null, limit: number): readonly number[];
  entriesAt(places: readonly number[]): readonly StoredEntry[];
}

interface Place {
  readonly i: number;
}

/** A link that leads forwards is damage, and would be followed for ever. */
const back = (start: string): string => `
WITH RECURSIVE back (i) AS (
  ${start}
  UNION ALL
  SELECT entries.prior FROM back JOIN entries ON entries.i = back.i WHERE entries.prior < entries.i
  LIMIT ?
) SELECT i FROM back`;

/** A file that is only read may be of an older version, and has its index then. */
const BY_INDEX = 'SELECT i FROM entries WHERE run = ? AND i < ? ORDER BY run_seq DESC LIMIT ?';

export function createRunReading(db: Database): RunReading {
  const entry = db.prepare<[number], StoredEntry>('SELECT i AS "index", bytes FROM entries WHERE i = ?');
  const entriesAt = (places: readonly number[]): readonly StoredEntry[] =>
    places.flatMap((index) => entry.get(index) ?? []);
  if (!hasRuns(db)) {
    const byIndex = db.prepare<[string, number, number], Place>(BY_INDEX);
    return {
      places: (run, before, limit) =>
        byIndex.all(run, before ?? Number.MAX_SAFE_INTEGER, limit).map(({ i }) => i),
      entriesAt,
    };
  }
  const fromEnd = db.prepare<[string, number], Place>(back('SELECT last FROM runs WHERE run = ?'));
  const fromEntry = db.prepare<[number, number], Place>(
    back('SELECT prior FROM entries WHERE i = ? AND prior < i'),
  );
  return {
    places: (run, before, limit) =>
      (before === null ? fromEnd.all(run, limit) : fromEntry.all(before, limit)).map(({ i }) => i),
    entriesAt,
  };
}

/** The version from which on files have it. A newer one without it is damaged. */
const WITH_RUNS = 4;

function hasRuns(db: Database): boolean {
  return Number(db.pragma('user_version', { simple: true })) >= WITH_RUNS;
}

const DISAGREE = `
SELECT EXISTS (SELECT 1 FROM runs LEFT JOIN entries ON entries.i = runs.last
    WHERE entries.run IS NOT runs.run OR entries.run_seq IS NOT runs.seq)
  OR EXISTS (SELECT 1 FROM entries AS one LEFT JOIN entries AS other ON other.i = one.prior
    WHERE (one.run_seq = 0) <> (one.prior IS NULL)
      OR one.run_seq > 0 AND (other.run IS NOT one.run OR other.run_seq IS NOT one.run_seq - 1))
  OR (SELECT count(*) FROM entries) <> (SELECT coalesce(sum(seq + 1), 0) FROM runs)`;

/** Null when every entry is found by its run. Each run is as long as its last entry says, and together they are all there are. */
export function complaintOfRuns(db: Database): string | null {
  return !hasRuns(db) || db.prepare<[], number>(DISAGREE).pluck().get() === 0
    ? null
    : 'its table of runs does not lead to every entry of each run';
}

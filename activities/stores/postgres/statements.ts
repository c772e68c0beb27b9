/** What is asked of the server. Each list is one parameter, so that a text serves groups of every size. */

export const HEAD = 'SELECT log, size, leaf, at FROM cordon.head';

/** Milliseconds. They hold for the transaction only, so that they work behind a pooler as well. */
const LIMITS = {
  lock_timeout: 10_000,
  statement_timeout: 15_000,
  idle_in_transaction_session_timeout: 30_000,
};

/** Begins a transaction that holds to our limits. */
export function beginning(synchronousCommit: 'on' | 'remote_apply'): string {
  const settings = Object.entries({ synchronous_commit: synchronousCommit, ...LIMITS });
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
    ...settings.map(([name, value]) => `SET LOCAL ${name} = '${value}'`),
  ].join('; ');
}

export const LOCK_HEAD = `${HEAD} FOR UPDATE`;

const ENTRY = 'i AS "index", id, run, run_seq AS "runSeq", bytes';

export const ENTRIES_BY_ID = `SELECT ${ENTRY} FROM cordon.entries WHERE id = ANY($1::text[])`;
export const ENTRIES_FROM =
  'SELECT i AS "index", bytes FROM cordon.entries WHERE i >= $1 ORDER BY i LIMIT $2';
export const ENTRIES_AT =
  'SELECT i AS "index", bytes FROM cordon.entries WHERE i = ANY($1::bigint[]) ORDER BY i';
export const PLACES_OF_RUN = `
SELECT i FROM cordon.entries WHERE run = $1 AND ($2::bigint IS NULL OR i < $2) ORDER BY run_seq DESC LIMIT $3`;

/** One look into the index for each run, however long the run is. */
export const ENDS = `
SELECT ends.* FROM unnest($1::text[]) AS wanted (name) CROSS JOIN LATERAL
  (SELECT ${ENTRY} FROM cordon.entries WHERE run = wanted.name ORDER BY run_seq DESC LIMIT 1) AS ends`;

const VALUE = 'i AS "index", path, salt, text, erased';
export const VALUES_OF = `SELECT ${VALUE} FROM cordon.personal WHERE i = ANY($1::bigint[]) ORDER BY i, path`;
export const VALUES_FROM = `SELECT ${VALUE} FROM cordon.personal WHERE i >= $1 ORDER BY i, path LIMIT $2`;

/** By each counter's own clock, which never runs back; and whatever the asking tasks hold already. */
export const RESERVATIONS = `
SELECT DISTINCT held.counter, held.chain, held.task, held.target, held.weight, held.at
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
  AS wanted (counter, window_ms, now, chain, task)
CROSS JOIN LATERAL
  (SELECT greatest(wanted.now, coalesce(max(at), wanted.now)) AS at FROM cordon.reservations
   WHERE counter = wanted.counter) AS clock
JOIN cordon.reservations AS held ON held.counter = wanted.counter
  AND (wanted.window_ms IS NULL OR held.at > clock.at - wanted.window_ms
    OR (held.chain = wanted.chain AND held.task = wanted.task))`;

export const CLAIMS = 'SELECT * FROM cordon.claims WHERE key = ANY($1::text[])';
export const CLAIMS_OF = 'SELECT * FROM cordon.claims WHERE chain = $1 ORDER BY updated_at, key';
export const DOCUMENT = 'SELECT text FROM cordon.documents WHERE kind = $1 AND digest = $2';

/** For readers. The first transaction statement fixes what all of them see. */
/** A cursor's declaration takes no parameters. Throws for what is no index. */
export function entriesFrom(from?: number): string {
  return `SELECT ${ENTRY} FROM cordon.entries ${since(from)} ORDER BY i`;
}

export function valuesFrom(from?: number): string {
  return `SELECT ${VALUE} FROM cordon.personal ${since(from)} ORDER BY i, path`;
}

function since(from?: number): string {
  if (from === undefined) return '';
  if (!Number.isSafeInteger(from)) throw new Error('an index is a whole number');
  return `WHERE i >= ${from}`;
}
export const ALL_NOTES = 'SELECT note FROM cordon.checkpoints ORDER BY size';
export const ALL_DOCUMENTS = 'SELECT kind, digest, text FROM cordon.documents ORDER BY kind, digest';

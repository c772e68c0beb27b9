/**
 * The tables in Postgres, in a schema of their own. As in a SQLite file, the bytes of an entry are the truth, its
 * other columns an index over them, and triggers stop accidents, not attackers.
 *
 * The head is a row that always exists, so that locking it locks even an empty log. There is no sequence: numbers
 * from one have gaps, and are handed out in another order than transactions commit. The fork guard is the primary
 * key: two entries after the same one would need the same index. (A unique column of previous hashes guards no
 * more; measured, it takes a quarter to a third of the append rate.)
 */

import type { ClientBase } from 'pg';

/** "CRDN": the advisory lock under which the tables are made. */
export const SCHEMA_LOCK = 0x4352_444e;
export const SCHEMA_VERSION = 3;

/** Documents never change. Those that say what was done to whom may be emptied, and then go. */
const DOCUMENTS_GUARDED = `
CREATE TRIGGER documents_remain BEFORE TRUNCATE ON cordon.documents
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('documents are never deleted');
CREATE TRIGGER documents_stay BEFORE DELETE ON cordon.documents FOR EACH ROW
  WHEN (OLD.kind NOT IN ('card', 'plan', 'saved') OR OLD.text <> '')
  EXECUTE FUNCTION cordon.refuse('documents are emptied before they are deleted');
CREATE TRIGGER documents_hold BEFORE UPDATE ON cordon.documents FOR EACH ROW
  WHEN (OLD.kind NOT IN ('card', 'plan', 'saved') OR NEW.kind <> OLD.kind OR NEW.digest <> OLD.digest OR NEW.text <> '')
  EXECUTE FUNCTION cordon.refuse('documents are never changed');
`;

/** Text is compared byte by byte: in no language are two keys the same that differ. */
export const SCHEMA = `
CREATE SCHEMA IF NOT EXISTS cordon;

CREATE TABLE cordon.store (
  one     boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL
);

CREATE TABLE cordon.head (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  log  text   NOT NULL,
  size bigint NOT NULL,
  leaf text   NOT NULL,
  at   bigint NOT NULL
);

CREATE TABLE cordon.entries (
  i       bigint PRIMARY KEY,
  id      text COLLATE "C" NOT NULL UNIQUE,
  run     text COLLATE "C" NOT NULL,
  run_seq bigint NOT NULL,
  bytes   bytea  NOT NULL,
  UNIQUE (run, run_seq)
);

CREATE TABLE cordon.claims (
  key        text COLLATE "C" PRIMARY KEY,
  inputs     text   NOT NULL,
  chain      text   NOT NULL,
  workflow   text   NOT NULL,
  task       text   NOT NULL,
  state      text   NOT NULL
    CHECK (state IN ('free', 'claimed', 'calling', 'done', 'indeterminate', 'action_required')),
  attempts   bigint NOT NULL,
  fence      bigint NOT NULL,
  output     text   NOT NULL,
  effect     text   NOT NULL,
  claimed_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX claims_of_run ON cordon.claims (chain);

CREATE TABLE cordon.documents (
  kind   text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  text   text NOT NULL,
  PRIMARY KEY (kind, digest)
);

CREATE TABLE cordon.personal (
  i      bigint  NOT NULL,
  path   text COLLATE "C" NOT NULL,
  salt   bytea   NOT NULL,
  text   bytea   NOT NULL,
  erased boolean NOT NULL DEFAULT false,
  PRIMARY KEY (i, path)
);

CREATE TABLE cordon.checkpoints (
  size      bigint PRIMARY KEY,
  note      text NOT NULL,
  edge      text NOT NULL,
  timestamp bytea
);

CREATE TABLE cordon.reservations (
  counter text COLLATE "C" NOT NULL,
  chain   text COLLATE "C" NOT NULL,
  task    text COLLATE "C" NOT NULL,
  target  text COLLATE "C" NOT NULL,
  weight  bigint NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (counter, chain, task, target)
);
CREATE INDEX reservations_in_window ON cordon.reservations (counter, at);
CREATE INDEX reservations_of_task ON cordon.reservations (chain, task);

CREATE FUNCTION cordon.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$;

CREATE FUNCTION cordon.follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gap boolean;
BEGIN
  SELECT min(i) <> (SELECT size FROM cordon.head) OR max(i) - min(i) + 1 <> count(*) INTO gap FROM added;
  IF gap THEN RAISE EXCEPTION 'an entry follows the last one' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER entries_follow AFTER INSERT ON cordon.entries
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cordon.follow();
CREATE TRIGGER entries_stay BEFORE DELETE OR TRUNCATE ON cordon.entries
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('entries are never deleted');
CREATE TRIGGER entries_hold BEFORE UPDATE ON cordon.entries
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('entries are never changed');
CREATE TRIGGER head_stays BEFORE DELETE OR TRUNCATE ON cordon.head
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('the head is never deleted');
CREATE TRIGGER head_grows BEFORE UPDATE ON cordon.head FOR EACH ROW
  WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION cordon.refuse('the head only grows');
CREATE TRIGGER claims_stay BEFORE DELETE OR TRUNCATE ON cordon.claims
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('claims are never deleted');
CREATE TRIGGER fences_grow BEFORE UPDATE ON cordon.claims FOR EACH ROW
  WHEN (NEW.fence < OLD.fence) EXECUTE FUNCTION cordon.refuse('fences never fall');
CREATE TRIGGER personal_stays BEFORE DELETE OR TRUNCATE ON cordon.personal
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('values are erased, not deleted');
CREATE TRIGGER personal_holds BEFORE UPDATE ON cordon.personal FOR EACH ROW
  WHEN (NOT NEW.erased OR length(NEW.salt) > 0 OR length(NEW.text) > 0)
  EXECUTE FUNCTION cordon.refuse('values are never changed');
CREATE TRIGGER checkpoints_stay BEFORE DELETE OR TRUNCATE ON cordon.checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION cordon.refuse('checkpoints are never deleted');
CREATE TRIGGER checkpoints_hold BEFORE UPDATE ON cordon.checkpoints FOR EACH ROW
  WHEN (NEW.size <> OLD.size OR NEW.edge <> OLD.edge OR left(NEW.note, length(OLD.note)) <> OLD.note)
  EXECUTE FUNCTION cordon.refuse('a checkpoint only gains signatures');
${DOCUMENTS_GUARDED}`;

/** What leads from one version to the next; the entries stay as they are. */
export const MIGRATIONS: ReadonlyMap<number, string> = new Map([
  [
    1,
    `ALTER TABLE cordon.claims ADD COLUMN effect text NOT NULL DEFAULT 'null';
CREATE INDEX claims_of_run ON cordon.claims (chain);`,
  ],
  [
    2,
    `DROP TRIGGER documents_stay ON cordon.documents;
DROP TRIGGER documents_hold ON cordon.documents;
${DOCUMENTS_GUARDED}`,
  ],
]);

/** Null when there are no tables of ours. */
export async function versionOf(client: ClientBase): Promise<number | null> {
  // Read from the catalogue's rows: `to_regclass` may still answer from a cache filled before another process made them.
  const { rows } = await client.query<{ readonly found: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'cordon' AND tablename = 'store') AS found`,
  );
  if (rows[0]?.found !== true) return null;
  const store = await client.query<{ readonly version: number }>('SELECT version FROM cordon.store');
  return store.rows[0]?.version ?? null;
}

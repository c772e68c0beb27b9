/**
 * The tables in the file. The bytes of an entry are the truth; its other columns are an index over them, and
 * verification demands that they agree. Triggers stop accidents, not attackers: hashes are for those.
 *
 * The fork guard is the primary key: two entries after the same one would need the same index. (A unique column
 * of previous hashes guards no more, and random keys cost a quarter of the append rate: measured.) Within a run the guard
 * is its row in `runs`, which names its last entry: the next one must name the same and count one more. (A unique index over
 * run and number guards the same, and has one page more to write for each run in a commit: a third of the append rate.)
 */

/** "CRDN" */
export const APPLICATION_ID = 0x4352_444e;
export const SCHEMA_VERSION = 6;

/** Values that entries commit to. They alone may change, and only into nothing. */
const PERSONAL = `
CREATE TABLE personal (
  i      INTEGER NOT NULL,
  path   TEXT    NOT NULL,
  salt   BLOB    NOT NULL,
  text   BLOB    NOT NULL,
  erased INTEGER NOT NULL CHECK (erased IN (0, 1)),
  PRIMARY KEY (i, path)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER personal_stays BEFORE DELETE ON personal BEGIN SELECT RAISE(ABORT, 'values are erased, not deleted'); END;
CREATE TRIGGER personal_holds BEFORE UPDATE ON personal
  WHEN NEW.erased <> 1 OR NEW.salt <> zeroblob(length(OLD.salt)) OR NEW.text <> zeroblob(length(OLD.text))
  BEGIN SELECT RAISE(ABORT, 'values are never changed'); END;`;

/** Which task changes which asset, counted per limit. Rows go when nothing was sent after all. */
const RESERVATIONS = `
CREATE TABLE reservations (
  counter TEXT    NOT NULL,
  chain   TEXT    NOT NULL,
  task    TEXT    NOT NULL,
  target  TEXT    NOT NULL,
  weight  INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (counter, chain, task, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_in_window ON reservations (counter, at);
CREATE INDEX reservations_of_task ON reservations (chain, task);
`;
/** What a run did is found by the run when it shall be taken back. */
const CLAIMS_OF_RUN = 'CREATE INDEX claims_of_run ON claims (chain);';

/** Documents never change. Those that say what was done to whom may be blanked, and then go. */
const DOCUMENTS_GUARDED = `
CREATE TRIGGER documents_stay BEFORE DELETE ON documents
  WHEN OLD.kind NOT IN ('card', 'plan', 'saved') OR OLD.text <> CAST(zeroblob(length(CAST(OLD.text AS BLOB))) AS TEXT)
  BEGIN SELECT RAISE(ABORT, 'documents are blanked before they are deleted'); END;
CREATE TRIGGER documents_hold BEFORE UPDATE ON documents
  WHEN OLD.kind NOT IN ('card', 'plan', 'saved') OR NEW.kind <> OLD.kind OR NEW.digest <> OLD.digest
    OR NEW.text <> CAST(zeroblob(length(CAST(OLD.text AS BLOB))) AS TEXT)
  BEGIN SELECT RAISE(ABORT, 'documents are never changed'); END;
`;

/** What the log has said of itself. */
const CHECKPOINTS = `
CREATE TABLE checkpoints (
  size      INTEGER PRIMARY KEY,
  note      TEXT    NOT NULL,
  edge      TEXT    NOT NULL,
  timestamp BLOB
) STRICT;

CREATE TRIGGER checkpoints_follow BEFORE INSERT ON checkpoints
  WHEN NEW.size <= (SELECT coalesce(max(size), -1) FROM checkpoints)
  BEGIN SELECT RAISE(ABORT, 'a checkpoint follows the last one'); END;
CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
  BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
CREATE TRIGGER checkpoints_hold BEFORE UPDATE ON checkpoints
  WHEN NEW.size <> OLD.size OR NEW.edge <> OLD.edge OR substr(NEW.note, 1, length(OLD.note)) <> OLD.note
  BEGIN SELECT RAISE(ABORT, 'a checkpoint only gains signatures'); END;`;

const ENTRIES = `
CREATE TABLE entries (
  i       INTEGER PRIMARY KEY,
  id      TEXT    NOT NULL UNIQUE,
  run     TEXT    NOT NULL,
  run_seq INTEGER NOT NULL,
  prior   INTEGER,
  bytes   BLOB    NOT NULL
) STRICT;

CREATE TABLE runs (
  run  TEXT    PRIMARY KEY,
  last INTEGER NOT NULL,
  seq  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** Made when the tables are filled: what an older version recorded is carried over as it is, be it right or not. */
const ENTRIES_GUARDED = `
CREATE TRIGGER entries_follow   BEFORE INSERT ON entries
  WHEN NEW.i <> (SELECT coalesce(max(i), -1) + 1 FROM entries)
  BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END;
CREATE TRIGGER entries_continue BEFORE INSERT ON entries
  WHEN NEW.prior IS NOT (SELECT last FROM runs WHERE run = NEW.run)
    OR NEW.run_seq <> coalesce((SELECT seq + 1 FROM runs WHERE run = NEW.run), 0)
  BEGIN SELECT RAISE(ABORT, 'an entry follows the last one of its run'); END;
CREATE TRIGGER entries_end      AFTER INSERT ON entries
  BEGIN INSERT INTO runs (run, last, seq) VALUES (NEW.run, NEW.i, NEW.run_seq)
    ON CONFLICT (run) DO UPDATE SET last = excluded.last, seq = excluded.seq; END;
CREATE TRIGGER entries_stay     BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entries_hold     BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER runs_stay        BEFORE DELETE ON runs    BEGIN SELECT RAISE(ABORT, 'runs are never deleted'); END;
CREATE TRIGGER runs_grow        BEFORE UPDATE ON runs
  WHEN NEW.run <> OLD.run OR NEW.last <= OLD.last OR NEW.seq <> OLD.seq + 1
  BEGIN SELECT RAISE(ABORT, 'a run only grows'); END;
`;

/** The old table goes with its triggers; its bytes, ids and places are the new one's. */
const LINK_RUNS = `
DROP TRIGGER entries_follow;
DROP TRIGGER entries_stay;
DROP TRIGGER entries_hold;
ALTER TABLE entries RENAME TO entries_indexed;
${ENTRIES}
INSERT INTO entries (i, id, run, run_seq, prior, bytes)
  SELECT i, id, run, run_seq,
    (SELECT i FROM entries_indexed AS other WHERE other.run = one.run AND other.run_seq = one.run_seq - 1), bytes
  FROM entries_indexed AS one ORDER BY i;
INSERT INTO runs (run, last, seq) SELECT run, i, max(run_seq) FROM entries_indexed GROUP BY run;
DROP TABLE entries_indexed;
${ENTRIES_GUARDED}`;

/** What leads from one version to the next; the entries stay as they are. */
export const MIGRATIONS: ReadonlyMap<number, string> = new Map([
  [
    1,
    `${PERSONAL}
${CHECKPOINTS}
DROP TRIGGER head_grows;
CREATE TRIGGER head_grows BEFORE UPDATE ON head WHEN NEW.size <= OLD.size
  BEGIN SELECT RAISE(ABORT, 'the head only grows'); END;`,
  ],
  [2, RESERVATIONS],
  [3, LINK_RUNS],
  [4, `ALTER TABLE claims ADD COLUMN effect TEXT NOT NULL DEFAULT 'null';\n${CLAIMS_OF_RUN}`],
  [5, `DROP TRIGGER documents_stay;\nDROP TRIGGER documents_hold;\n${DOCUMENTS_GUARDED}`],
]);

export const SCHEMA = `
CREATE TABLE head (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  log  TEXT    NOT NULL,
  size INTEGER NOT NULL,
  leaf TEXT    NOT NULL,
  at   INTEGER NOT NULL
) STRICT;

${ENTRIES}
CREATE TABLE claims (
  key        TEXT    PRIMARY KEY,
  inputs     TEXT    NOT NULL,
  chain      TEXT    NOT NULL,
  workflow   TEXT    NOT NULL,
  task       TEXT    NOT NULL,
  state      TEXT    NOT NULL
    CHECK (state IN ('free', 'claimed', 'calling', 'done', 'indeterminate', 'action_required')),
  attempts   INTEGER NOT NULL,
  fence      INTEGER NOT NULL,
  output     TEXT    NOT NULL,
  effect     TEXT    NOT NULL,
  claimed_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
${CLAIMS_OF_RUN}

CREATE TABLE documents (
  kind   TEXT NOT NULL,
  digest TEXT NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (kind, digest)
) STRICT;

${PERSONAL}
${RESERVATIONS}
${CHECKPOINTS}

${ENTRIES_GUARDED}CREATE TRIGGER head_stays      BEFORE DELETE ON head      BEGIN SELECT RAISE(ABORT, 'the head is never deleted'); END;
CREATE TRIGGER head_grows      BEFORE UPDATE ON head WHEN NEW.size <= OLD.size
  BEGIN SELECT RAISE(ABORT, 'the head only grows'); END;
CREATE TRIGGER claims_stay     BEFORE DELETE ON claims    BEGIN SELECT RAISE(ABORT, 'claims are never deleted'); END;
CREATE TRIGGER fences_grow     BEFORE UPDATE ON claims WHEN NEW.fence < OLD.fence
  BEGIN SELECT RAISE(ABORT, 'fences never fall'); END;
${DOCUMENTS_GUARDED}`;

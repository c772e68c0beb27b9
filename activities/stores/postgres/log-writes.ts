/** Entries, the head that counts them and the values they commit to, as statements. */
import { nodeCodec } from '../codec.ts';
import type { Changes, EntryRow, HeadRow } from '../tables.ts';
import type { KeptValue } from '../values.ts';
import { listed, packed, quoted } from './arrays.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Says that the transaction was begun. What is sent before that is answered would otherwise be stored piece by piece where
 * the beginning failed.
 */
export const MARK = `SET LOCAL cordon.flight = 'on'`;

/** The head that was foreseen, by the four parameters after the `n`th. */
const isForeseen = (n: number): string =>
  `log = $${n + 1} AND size = $${n + 2} AND leaf = $${n + 3} AND at = $${n + 4} AND current_setting('cordon.flight', true) = 'on'`;

/**
 * All bytes travel as one value, which the driver sends as it is, and are cut apart by the server. A list of byte
 * strings would travel as text, at twice the length.
 */
const INSERT_ENTRIES = `
INSERT INTO cordon.entries (i, id, run, run_seq, bytes)
SELECT i, id, run, run_seq, substring($7::bytea FROM begins FOR length)
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::int[])
  AS added (i, id, run, run_seq, begins, length)`;
/** Locks the head. */
const INSERT_FORESEEN = `${INSERT_ENTRIES}, (SELECT FROM cordon.head WHERE ${isForeseen(7)} FOR UPDATE) AS foreseen`;

const SET_HEAD = 'UPDATE cordon.head SET log = $1, size = $2, leaf = $3, at = $4';
const MOVE_HEAD = `${SET_HEAD} WHERE ${isForeseen(4)}`;

/** With the eight parameters after the `n`th. */
function insertInto(n: number): string {
  const $ = (at: number): string => `$${n + at}`;
  return `
INSERT INTO cordon.personal (i, path, salt, text)
SELECT i, path, substring(${$(5)}::bytea FROM salt_begins FOR salt_length),
  substring(${$(8)}::bytea FROM text_begins FOR text_length)
FROM unnest(${$(1)}::bigint[], ${$(2)}::text[], ${$(3)}::int[], ${$(4)}::int[], ${$(6)}::int[], ${$(7)}::int[])
  AS added (i, path, salt_begins, salt_length, text_begins, text_length)`;
}
const INSERT_VALUES = insertInto(0);
const MOVE_HEAD_WITH_VALUES = `WITH moved AS (${MOVE_HEAD} RETURNING size) ${insertInto(8)}, moved`;

/** For changes of nothing else that were foreseen after `before`: nothing is written after any other head. */
export function foreseenInserts({ entries, head, values }: Changes, before: HeadRow): readonly Statement[] {
  const added = { text: INSERT_FORESEEN, values: [...columnsOfEntries(entries), ...columnsOf(before)] };
  if (head === null) return [added];
  const heads = [...columnsOf(head), ...columnsOf(before)];
  const moved =
    values.length === 0
      ? { text: MOVE_HEAD, values: heads }
      : { text: MOVE_HEAD_WITH_VALUES, values: [...heads, ...columnsOfValues(values)] };
  return [added, moved];
}

export function insertEntries(entries: readonly EntryRow[]): Statement {
  return { text: INSERT_ENTRIES, values: columnsOfEntries(entries) };
}

export function setHead(head: HeadRow): Statement {
  return { text: SET_HEAD, values: columnsOf(head) };
}

export function insertValues(values: readonly KeptValue[]): Statement {
  return { text: INSERT_VALUES, values: columnsOfValues(values) };
}

function columnsOf({ log, size, leaf, at }: HeadRow): readonly unknown[] {
  return [log, size, leaf, at];
}

function columnsOfEntries(entries: readonly EntryRow[]): readonly unknown[] {
  return [
    listed(entries.map(({ index }) => index)),
    listed(entries.map(({ id }) => id)),
    quoted(entries.map(({ run }) => run)),
    listed(entries.map(({ runSeq }) => runSeq)),
    ...packed(entries.map(({ bytes }) => bytes)),
  ];
}

function columnsOfValues(values: readonly KeptValue[]): readonly unknown[] {
  const rows = values.flatMap(({ index, path, value }) =>
    value === null ? [] : [{ index, path, ...value }],
  );
  return [
    listed(rows.map(({ index }) => index)),
    quoted(rows.map(({ path }) => path)),
    ...packed(rows.map(({ salt }) => salt)),
    ...packed(rows.map(({ text }) => nodeCodec.encode(text))),
  ];
}

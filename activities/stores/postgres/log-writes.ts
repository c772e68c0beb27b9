/** Entries, the head that counts them and the values they commit to, as statements. */
import { Buffer } from 'node:buffer';
import { nodeCodec } from '../codec.ts';
import type { Changes, EntryRow, HeadRow } from '../tables.ts';
import type { KeptValue } from '../values.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** For changes of nothing else that were foreseen after `before`: nothing is written after any other head. */
export function foreseenInserts({ entries, head, values }: Changes, before: HeadRow): readonly Statement[] {
  const { text, values: rows } = insertEntries(entries);
  return [
    { text: `${text}, ${lockWhere(rows.length)}`, values: [...rows, ...columnsOf(before)] },
    ...(head === null ? [] : [moveHead(before, head, values)]),
  ];
}

/**
 * All bytes travel as one value, which the driver sends as it is, and are cut apart by the server. A list of byte
 * strings would travel as text, at twice the length.
 */
export function insertEntries(entries: readonly EntryRow[]): Statement {
  return {
    text: `
INSERT INTO cordon.entries (i, id, run, run_seq, bytes)
SELECT i, id, run, run_seq, substring($7::bytea FROM begins FOR length)
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::int[])
  AS added (i, id, run, run_seq, begins, length)`,
    values: [
      listed(entries.map(({ index }) => index)),
      listed(entries.map(({ id }) => id)),
      entries.map(({ run }) => run),
      listed(entries.map(({ runSeq }) => runSeq)),
      ...packed(entries.map(({ bytes }) => bytes)),
    ],
  };
}

const SET_HEAD = 'UPDATE cordon.head SET log = $1, size = $2, leaf = $3, at = $4';

export function setHead(head: HeadRow): Statement {
  return { text: SET_HEAD, values: columnsOf(head) };
}

function columnsOf({ log, size, leaf, at }: HeadRow): readonly unknown[] {
  return [log, size, leaf, at];
}

/** Compares the head with the four parameters after the `n`th. */
function isHead(n: number): string {
  return `log = $${n + 1} AND size = $${n + 2} AND leaf = $${n + 3} AND at = $${n + 4}`;
}

/**
 * Says that the transaction was begun. What is sent before that is answered would otherwise be stored piece by piece where
 * the beginning failed.
 */
export const MARK = `SET LOCAL cordon.flight = 'on'`;
const IS_MARKED = `current_setting('cordon.flight', true) = 'on'`;

/** One row, and the head locked; or none. */
function lockWhere(n: number): string {
  return `(SELECT FROM cordon.head WHERE ${isHead(n)} AND ${IS_MARKED} FOR UPDATE) AS foreseen`;
}

function moveHead(before: HeadRow, head: HeadRow, values: readonly KeptValue[]): Statement {
  const moved = `${SET_HEAD} WHERE ${isHead(4)} AND ${IS_MARKED}`;
  const heads = [...columnsOf(head), ...columnsOf(before)];
  if (values.length === 0) return { text: moved, values: heads };
  return {
    text: `WITH moved AS (${moved} RETURNING size) ${addValues(heads.length)}, moved`,
    values: [...heads, ...rowsOfValues(values)],
  };
}

export function insertValues(values: readonly KeptValue[]): Statement {
  return { text: addValues(0), values: rowsOfValues(values) };
}

/** With the eight parameters after the `n`th. */
function addValues(n: number): string {
  const $ = (at: number): string => `$${n + at}`;
  return `
INSERT INTO cordon.personal (i, path, salt, text)
SELECT i, path, substring(${$(5)}::bytea FROM salt_begins FOR salt_length),
  substring(${$(8)}::bytea FROM text_begins FOR text_length)
FROM unnest(${$(1)}::bigint[], ${$(2)}::text[], ${$(3)}::int[], ${$(4)}::int[], ${$(6)}::int[], ${$(7)}::int[])
  AS added (i, path, salt_begins, salt_length, text_begins, text_length)`;
}

function rowsOfValues(values: readonly KeptValue[]): readonly unknown[] {
  const rows = values.flatMap(({ index, path, value }) =>
    value === null ? [] : [{ index, path, ...value }],
  );
  return [
    listed(rows.map(({ index }) => index)),
    rows.map(({ path }) => path),
    ...packed(rows.map(({ salt }) => salt)),
    ...packed(rows.map(({ text }) => nodeCodec.encode(text))),
  ];
}

/** Where each begins, how long it is, and all of them. */
function packed(all: readonly Uint8Array[]): readonly [begins: string, lengths: string, bytes: Buffer] {
  let end = 1;
  const lengths = all.map(({ length }) => length);
  const begins = lengths.map((length) => (end += length) - length);
  return [listed(begins), listed(lengths), Buffer.concat(all)];
}

/** Numbers and hexadecimal digits as the array they are to the server: the driver would look at each for what to escape. */
function listed(items: readonly (number | string)[]): string {
  return `{${items.join(',')}}`;
}

/** Changes as statements: one for each table that changes, whatever the number of rows. */
import { Buffer } from 'node:buffer';
import { toClaimRow, type ClaimRow } from '../claim-row.ts';
import type { ClaimRecord } from '../claims.ts';
import type { StoredDocument } from '../documents.ts';
import { nodeCodec } from '../codec.ts';
import { erasePapers } from './papers.ts';
import type { ReservationRow, Reserver } from '../reservations.ts';
import type { Changes, EntryRow, HeadRow } from '../tables.ts';
import type { KeptValue, ValueName } from '../values.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** In the order in which the tables' guards expect them: entries before the head that counts them. */
export function inserts(changes: Changes): readonly Statement[] {
  const { entries, head, claims, documents, values, erasures, papers, returned, reservations } = changes;
  return [
    ...(entries.length === 0 ? [] : [insertEntries(entries)]),
    ...(head === null ? [] : [setHead(head)]),
    ...(claims.length === 0 ? [] : [setClaims(claims)]),
    ...(documents.length === 0 ? [] : [insertDocuments(documents)]),
    ...(values.length === 0 ? [] : [insertValues(values)]),
    ...(erasures.length === 0 ? [] : [eraseValues(erasures)]),
    ...(papers.length === 0 ? [] : erasePapers(papers)),
    ...(returned.length === 0 ? [] : [giveBack(returned)]),
    ...(reservations.length === 0 ? [] : [reserve(reservations)]),
  ];
}

/**
 * All bytes travel as one value, which the driver sends as it is, and are cut apart by the server. A list of byte
 * strings would travel as text, at twice the length.
 */
function insertEntries(entries: readonly EntryRow[]): Statement {
  let end = 1;
  const begins = entries.map(({ bytes }) => (end += bytes.length) - bytes.length);
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
      listed(begins),
      listed(entries.map(({ bytes }) => bytes.length)),
      Buffer.concat(entries.map(({ bytes }) => bytes)),
    ],
  };
}

/** Numbers and hexadecimal digits as the array they are to the server: the driver would look at each for what to escape. */
function listed(items: readonly (number | string)[]): string {
  return `{${items.join(',')}}`;
}

function setHead({ log, size, leaf, at }: HeadRow): Statement {
  return {
    text: 'UPDATE cordon.head SET log = $1, size = $2, leaf = $3, at = $4',
    values: [log, size, leaf, at],
  };
}

const CLAIM_COLUMNS: readonly (readonly [name: keyof ClaimRow, type: 'text' | 'bigint'])[] = [
  ['key', 'text'],
  ['inputs', 'text'],
  ['chain', 'text'],
  ['workflow', 'text'],
  ['task', 'text'],
  ['state', 'text'],
  ['attempts', 'bigint'],
  ['fence', 'bigint'],
  ['output', 'text'],
  ['effect', 'text'],
  ['claimed_at', 'bigint'],
  ['updated_at', 'bigint'],
];
const CLAIM_NAMES = CLAIM_COLUMNS.map(([name]) => name).join(', ');
const SET_CLAIMS = `
INSERT INTO cordon.claims (${CLAIM_NAMES})
SELECT * FROM unnest(${CLAIM_COLUMNS.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')})
ON CONFLICT (key) DO UPDATE SET (${CLAIM_NAMES}) = ROW (EXCLUDED.*)`;

function setClaims(claims: readonly ClaimRecord[]): Statement {
  const rows = claims.map(toClaimRow);
  return { text: SET_CLAIMS, values: CLAIM_COLUMNS.map(([name]) => rows.map((row) => row[name])) };
}

function insertDocuments(documents: readonly StoredDocument[]): Statement {
  return {
    text: `
INSERT INTO cordon.documents (kind, digest, text)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    values: [
      documents.map(({ kind }) => kind),
      documents.map(({ digest }) => digest),
      documents.map(({ text }) => text),
    ],
  };
}

function insertValues(values: readonly KeptValue[]): Statement {
  const rows = values.flatMap(({ index, path, value }) =>
    value === null ? [] : [{ index, path, ...value }],
  );
  return {
    text: `
INSERT INTO cordon.personal (i, path, salt, text)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])`,
    values: [
      rows.map(({ index }) => index),
      rows.map(({ path }) => path),
      rows.map(({ salt }) => Buffer.from(salt)),
      rows.map(({ text }) => Buffer.from(nodeCodec.encode(text))),
    ],
  };
}

function eraseValues(names: readonly ValueName[]): Statement {
  return {
    text: `
UPDATE cordon.personal AS kept SET salt = '', text = '', erased = true
FROM unnest($1::bigint[], $2::text[]) AS named (i, path) WHERE kept.i = named.i AND kept.path = named.path`,
    values: [names.map(({ index }) => index), names.map(({ path }) => path)],
  };
}

function giveBack(owners: readonly Reserver[]): Statement {
  return {
    text: `
DELETE FROM cordon.reservations AS held
USING unnest($1::text[], $2::text[]) AS owner (chain, task)
WHERE held.chain = owner.chain AND held.task = owner.task`,
    values: [owners.map(({ chain }) => chain), owners.map(({ task }) => task)],
  };
}

function reserve(rows: readonly ReservationRow[]): Statement {
  return {
    text: `
INSERT INTO cordon.reservations (counter, chain, task, target, weight, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
ON CONFLICT DO NOTHING`,
    values: [
      rows.map(({ counter }) => counter),
      rows.map(({ chain }) => chain),
      rows.map(({ task }) => task),
      rows.map(({ target }) => target),
      rows.map(({ weight }) => weight),
      rows.map(({ at }) => at),
    ],
  };
}

/** Changes as statements: one for each table that changes, whatever the number of rows. */
import { Buffer } from 'node:buffer';
import { toClaimRow, type ClaimRow } from '../claim-row.ts';
import type { ClaimRecord } from '../claims.ts';
import type { StoredDocument } from '../documents.ts';
import type { Changes, EntryRow, HeadRow } from '../tables.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** In the order in which the tables' guards expect them: entries before the head that counts them. */
export function inserts({ entries, head, claims, documents }: Changes): readonly Statement[] {
  return [
    ...(entries.length === 0 ? [] : [insertEntries(entries)]),
    ...(head === null ? [] : [setHead(head)]),
    ...(claims.length === 0 ? [] : [setClaims(claims)]),
    ...(documents.length === 0 ? [] : [insertDocuments(documents)]),
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
      entries.map(({ index }) => index),
      entries.map(({ id }) => id),
      entries.map(({ run }) => run),
      entries.map(({ runSeq }) => runSeq),
      begins,
      entries.map(({ bytes }) => bytes.length),
      Buffer.concat(entries.map(({ bytes }) => bytes)),
    ],
  };
}

function setHead({ size, leaf, at }: HeadRow): Statement {
  return { text: 'UPDATE cordon.head SET size = $1, leaf = $2, at = $3', values: [size, leaf, at] };
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

/** Changes as statements: one for each table that changes, whatever the number of rows. */
import { toClaimRow, type ClaimRow } from '../claim-row.ts';
import type { ClaimRecord } from '../claims.ts';
import type { StoredDocument } from '../documents.ts';
import { erasePapers } from './papers.ts';
import type { ReservationRow, Reserver } from '../reservations.ts';
import type { Changes } from '../tables.ts';
import type { ValueName } from '../values.ts';
import { insertEntries, insertValues, setHead, type Statement } from './log-writes.ts';

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
/** By name: a table that was brought up to date has its columns in another order than a new one. */
const CLAIM_EXCLUDED = CLAIM_COLUMNS.map(([name]) => `EXCLUDED.${name}`).join(', ');
const SET_CLAIMS = `
INSERT INTO cordon.claims (${CLAIM_NAMES})
SELECT * FROM unnest(${CLAIM_COLUMNS.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')})
ON CONFLICT (key) DO UPDATE SET (${CLAIM_NAMES}) = ROW (${CLAIM_EXCLUDED})`;

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

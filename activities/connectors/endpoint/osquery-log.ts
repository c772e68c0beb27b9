/**
 * The results log of osquery: one JSON object a line, as a difference (one row, or a batch) or as a snapshot.
 * What is read is what the device was last seen with: rows that were added and not removed since.
 */
import { isObject } from '../../../workflows/language/json.ts';

export type Row = { readonly [column: string]: string };

export interface Seen {
  readonly rows: readonly Row[];
  readonly lines: number;
  /** Lines about other hosts. */
  readonly foreign: number;
  /** Lines that are no result of osquery. */
  readonly unreadable: number;
}

/** A longer line is no row that anyone wrote on purpose. */
const LONGEST_LINE = 1024 * 1024;
const LONGEST_VALUE = 4096;

interface Change {
  readonly query: string;
  /** A snapshot takes the place of the one before it. */
  readonly fresh: boolean;
  readonly added: readonly Row[];
  readonly removed: readonly Row[];
}

/** `cut`: the text may begin within a line, which is then left out. */
export function readLog(text: string, device: string, cut: boolean): Seen {
  const lines = text
    .split('\n')
    .slice(cut ? 1 : 0)
    .filter((line) => line.trim() !== '');
  const present = new Map<string, Map<string, Row>>();
  let foreign = 0;
  let unreadable = 0;
  for (const line of lines) {
    const entry = parse(line);
    const change = entry === null ? null : changeIn(entry);
    if (entry === null || change === null) unreadable += 1;
    else if (hostOf(entry) !== device) foreign += 1;
    else apply(present, change);
  }
  const rows = [...present.values()].flatMap((one) => [...one.values()]);
  return { rows, lines: lines.length, foreign, unreadable };
}

function hostOf({ hostIdentifier }: Readonly<Record<string, unknown>>): string {
  return typeof hostIdentifier === 'string' ? hostIdentifier.toLowerCase() : '';
}

function apply(present: Map<string, Map<string, Row>>, { query, fresh, added, removed }: Change): void {
  const rows = fresh ? new Map<string, Row>() : (present.get(query) ?? new Map<string, Row>());
  for (const row of removed) rows.delete(identity(row));
  for (const row of added) rows.set(identity(row), row);
  present.set(query, rows);
}

function identity(row: Row): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function changeIn(entry: Readonly<Record<string, unknown>>): Change | null {
  const { name, action, columns, snapshot, diffResults } = entry;
  if (typeof name !== 'string') return null;
  const nothing = { query: name, fresh: false, added: [], removed: [] };
  if (Array.isArray(snapshot)) return { ...nothing, fresh: true, added: rowsIn(snapshot) };
  if (isObject(diffResults))
    return { ...nothing, added: rowsIn(diffResults['added']), removed: rowsIn(diffResults['removed']) };
  if (!isObject(columns)) return null;
  if (action === 'added') return { ...nothing, added: rowsIn([columns]) };
  if (action === 'removed') return { ...nothing, removed: rowsIn([columns]) };
  return null;
}

function rowsIn(list: unknown): readonly Row[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).flatMap((one) => (isObject(one) ? [rowOf(one)] : []));
}

/** Numbers are text in osquery's usual log, and numbers with `log_numerics_as_numbers`. */
function rowOf(columns: Readonly<Record<string, unknown>>): Row {
  const fields = Object.entries(columns).flatMap(([column, value]) =>
    typeof value === 'string' || typeof value === 'number'
      ? [[column, String(value).slice(0, LONGEST_VALUE)] as const]
      : [],
  );
  return Object.fromEntries(fields);
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  if (line.length > LONGEST_LINE) return null;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

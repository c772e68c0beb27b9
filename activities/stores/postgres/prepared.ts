/**
 * Statements that the server parses and plans once for a connection. A pooler in transaction mode may hand us another
 * connection of its own for each transaction, on which they are not known; where one does, they travel whole.
 */
import type { ClientBase, QueryResult, QueryResultRow } from 'pg';
import { sha256Hex } from '../codec.ts';

export type Query = <Row extends object>(
  client: ClientBase,
  text: string,
  values: readonly unknown[],
) => Promise<QueryResult<Row & QueryResultRow>>;

export interface Statements {
  readonly query: Query;
  /**
   * True when `error` only says that the connection does not know a statement, or knows it already: then nothing was
   * done, and from now on statements travel whole.
   */
  refusedBy(error: unknown): boolean;
}

/** SQLSTATE of a prepared statement that is not there, and of one that is there already. */
const UNKNOWN = '26000';
const TWICE = '42P05';

export function createStatements(): Statements {
  const names = new Map<string, string>();
  let isPrepared = true;
  /** By its text: another version of Cordon behind the same pooler means something else by another name. */
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `cordon_${sha256Hex(text).slice(0, 16)}`;
    names.set(text, name);
    return name;
  };
  return {
    query: (client, text, values) =>
      client.query(
        isPrepared ? { name: nameOf(text), text, values: [...values] } : { text, values: [...values] },
      ),
    refusedBy(error) {
      const code = codeOf(error);
      if (code !== UNKNOWN && code !== TWICE) return false;
      isPrepared = false;
      return true;
    },
  };
}

/** Of the server's error, also where it was translated. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return null;
  return 'code' in error && error.cause === undefined ? error.code : codeOf(error.cause);
}

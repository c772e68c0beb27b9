/** Signed checkpoints beside the log they are over. Each call is a transaction of its own. */
import type { ClientBase, QueryResultRow } from 'pg';
import { attached, type CheckpointStore, type PutAnswer, type StoredCheckpoint } from '../checkpoints.ts';
import type { Connections } from './connect.ts';
import { translated } from './failure.ts';

interface Row {
  readonly size: number;
  readonly note: string;
  /** Hashes in hexadecimal, separated by spaces. */
  readonly edge: string;
  readonly timestamp: Buffer | null;
}

const COLUMNS = 'size, note, edge, timestamp';
const NEWEST = `SELECT ${COLUMNS} FROM cordon.checkpoints ORDER BY size DESC LIMIT 1`;
const AT_OR_BEFORE = `SELECT ${COLUMNS} FROM cordon.checkpoints WHERE size <= $1 ORDER BY size DESC LIMIT 1`;
const LIST = `SELECT ${COLUMNS} FROM cordon.checkpoints WHERE size >= $1 ORDER BY size LIMIT $2`;
/** Held to the end of the transaction: two processes cannot both follow the newest. */
const LOCK = 'LOCK TABLE cordon.checkpoints IN SHARE ROW EXCLUSIVE MODE';
const ADD = `
INSERT INTO cordon.checkpoints (size, note, edge, timestamp)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])`;
const CHANGE = 'UPDATE cordon.checkpoints SET note = $2, timestamp = $3 WHERE size = $1';

export function createPostgresCheckpoints(connections: Connections): CheckpointStore {
  const reading = <T>(work: (client: ClientBase) => Promise<T>): Promise<T> =>
    connections.read((client) => translated('reading the store', () => work(client)));
  const writing = <T>(work: (client: ClientBase) => Promise<T>): Promise<T> =>
    connections.commit((client) =>
      translated('writing to the store', async () => {
        await client.query('BEGIN');
        await client.query(LOCK);
        const result = await work(client);
        const { command } = await client.query('COMMIT');
        if (command !== 'COMMIT') throw new Error('the server rolled a commit back');
        return result;
      }),
    );

  return {
    newest: () => reading((client) => one(client, NEWEST, [])),
    atOrBefore: (size) => reading((client) => one(client, AT_OR_BEFORE, [size])),
    list: (from, limit) => reading((client) => rowsOf(client, LIST, [from, limit])),
    put: (checkpoints) =>
      writing(async (client): Promise<PutAnswer> => {
        const last = await one(client, NEWEST, []);
        const [first] = checkpoints;
        if (last !== null && first !== undefined && first.size <= last.size)
          return { kind: 'behind', newest: last };
        if (checkpoints.length > 0)
          await client.query(ADD, [
            checkpoints.map(({ size }) => size),
            checkpoints.map(({ note }) => note),
            checkpoints.map(({ edge }) => edge.join(' ')),
            checkpoints.map(({ timestamp }) => (timestamp === null ? null : Buffer.from(timestamp))),
          ]);
        return { kind: 'stored' };
      }),
    attach: (size, attachment) =>
      writing(async (client) => {
        const found = await one(client, AT_OR_BEFORE, [size]);
        if (found?.size !== size) return;
        const { note, timestamp } = attached(found, attachment);
        await client.query(CHANGE, [size, note, timestamp === null ? null : Buffer.from(timestamp)]);
      }),
  };
}

async function rowsOf(
  client: ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<readonly StoredCheckpoint[]> {
  const { rows } = await client.query<Row & QueryResultRow>(text, [...values]);
  return rows.map(({ size, note, edge, timestamp }) => ({
    size,
    note,
    edge: edge === '' ? [] : edge.split(' '),
    timestamp,
  }));
}

async function one(
  client: ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<StoredCheckpoint | null> {
  return (await rowsOf(client, text, values))[0] ?? null;
}

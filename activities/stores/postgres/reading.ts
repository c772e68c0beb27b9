/** Reads a Postgres store from outside, in one read-only transaction on one connection. */
import { Client, type QueryResultRow } from 'pg';
import type { StoredDocument } from '../documents.ts';
import { StoreError } from '../ledger.ts';
import type { StoreReading } from '../reading.ts';
import { shownSource } from '../source.ts';
import type { EntryRow, HeadRow } from '../tables.ts';
import { clientOptions, type Server } from './connect.ts';
import { translatedReading } from './failure.ts';
import { SCHEMA_VERSION, versionOf } from './schema.ts';
import { ALL_DOCUMENTS, ALL_NOTES, DOCUMENT, entriesFrom, HEAD, valuesFrom } from './statements.ts';
import { keptValue, type ValueRow } from './value-row.ts';

/** Rows fetched at a time: an entry is below 64 KiB, a document may be some megabytes. */
const PAGE = { entries: 250, documents: 4, values: 250 };

export async function openPostgresForReading(server: Server): Promise<StoreReading> {
  const where = shownSource(server.url);
  const client = new Client(clientOptions(server));
  // Whoever reads hears of a lost connection from the query.
  client.on('error', () => {});
  try {
    await translatedReading(`reading ${where}`, async () => {
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      refuseForeign(await versionOf(client), where);
    });
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return readingOf(client, where);
}

function refuseForeign(version: number | null, where: string): void {
  if (version === SCHEMA_VERSION) return;
  throw new StoreError(
    'store_untrusted',
    version === null
      ? `${where} holds no store of Cordon`
      : `${where} has schema version ${version}, this Cordon knows ${SCHEMA_VERSION}; use the Cordon that wrote it`,
  );
}

function readingOf(client: Client, where: string): StoreReading {
  const rowsOf = <Row extends object>(text: string): Promise<readonly Row[]> =>
    translatedReading(`reading ${where}`, async () => (await client.query<Row & QueryResultRow>(text)).rows);

  /** A cursor of the server's: neither side holds more than a page. */
  async function* through<Row extends object>(
    name: keyof typeof PAGE,
    text: string,
  ): AsyncGenerator<Row, void, undefined> {
    await rowsOf(`DECLARE cordon_${name} NO SCROLL CURSOR FOR ${text}`);
    try {
      let rows = await rowsOf<Row>(`FETCH ${PAGE[name]} FROM cordon_${name}`);
      while (rows.length > 0) {
        yield* rows;
        rows = await rowsOf<Row>(`FETCH ${PAGE[name]} FROM cordon_${name}`);
      }
    } finally {
      // After an error the transaction takes no more statements, and its cursors end with it.
      await client.query(`CLOSE cordon_${name}`).catch(() => {});
    }
  }

  return {
    async head() {
      const [head] = await rowsOf<HeadRow>(HEAD);
      return head ?? null;
    },
    entries: (from) => through<EntryRow>('entries', entriesFrom(from)),
    documents: () => through<StoredDocument>('documents', ALL_DOCUMENTS),
    async *values(from) {
      for await (const row of through<ValueRow>('values', valuesFrom(from))) yield keptValue(row);
    },
    async checkpoints() {
      return (await rowsOf<{ readonly note: string }>(ALL_NOTES)).map(({ note }) => note);
    },
    async document(kind, digest) {
      const { rows } = await translatedReading(`reading ${where}`, () =>
        client.query<{ readonly text: string }>(DOCUMENT, [kind, digest]),
      );
      return rows[0]?.text ?? null;
    },
    ownComplaint: async () => null,
    close: () => client.end(),
  };
}

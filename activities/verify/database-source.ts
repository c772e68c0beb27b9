/** A store as a source for the check. Read-only, in one state, beside a writer where there is one. */
import { sha256Hex } from '../stores/codec.ts';
import { StoreError } from '../stores/ledger.ts';
import { openForReading, type ReadingOptions, type StoreReading } from '../stores/reading.ts';
import { isPostgresUrl, shownSource } from '../stores/source.ts';
import { createPacker } from './batch.ts';
import { SourceError, type RecordSource } from './source.ts';

/** From so many entries on a thread beside is worth its start. */
const LONG = 50_000;

/**
 * `source` is the path of a SQLite file or a Postgres URL. Throws a `SourceError` when there is no such store, or it is
 * none of ours.
 */
export async function openDatabaseSource(
  source: string,
  options: ReadingOptions = {},
): Promise<RecordSource> {
  try {
    const reading = await openForReading(source, options);
    try {
      return sourceOf(reading, source, await reading.head());
    } catch (error) {
      await reading.close();
      throw error;
    }
  } catch (error) {
    throw sourceError(error, isUnavailable(error) ? 'source_missing' : 'source_foreign');
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'store_unavailable';
}

function sourceOf(
  reading: StoreReading,
  source: string,
  head: Awaited<ReturnType<StoreReading['head']>>,
): RecordSource {
  /** A file that was opened and cannot be read is damaged. A server that went away says nothing of what it holds. */
  const failure = (error: unknown): unknown =>
    sourceError(error, isPostgresUrl(source) && isUnavailable(error) ? 'source_lost' : 'source_unreadable');
  const read = <Found>(found: Promise<Found>): Promise<Found> =>
    found.catch((error: unknown) => {
      throw failure(error);
    });
  async function* readable<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row, void, undefined> {
    try {
      yield* rows;
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    name: shownSource(source),
    isLong: (head?.size ?? 0) > LONG,
    async *entries(from) {
      const packer = createPacker();
      for await (const { bytes, ...columns } of readable(reading.entries(from))) {
        const full = packer.add(bytes, columns);
        if (full !== null) yield full;
      }
      const rest = packer.rest();
      if (rest !== null) yield rest;
    },
    head: async () => (head === null ? null : { log: head.log, size: head.size, leaf: head.leaf }),
    checkpoints: () => read(reading.checkpoints()),
    values(from) {
      try {
        const values = reading.values(from);
        return values === null ? null : readable(values);
      } catch (error) {
        throw failure(error);
      }
    },
    details: (digest) => read(reading.document('details', digest)),
    async *allDetails() {
      for await (const { kind, digest, text } of readable(reading.documents()))
        if (kind === 'details') yield { sha256: digest, text };
    },
    async damage() {
      try {
        return await damageOf(reading, head === null);
      } catch (error) {
        const told = failure(error);
        if (told instanceof SourceError && told.code === 'source_unreadable') return told.message;
        throw told;
      }
    },
    close: () => reading.close(),
  };
}

async function damageOf(reading: StoreReading, isHeadless: boolean): Promise<string | null> {
  if (isHeadless) return 'its head row is gone';
  const complaint = await reading.ownComplaint();
  if (complaint !== null) return complaint;
  for await (const { kind, digest, text } of reading.documents())
    if (sha256Hex(text) !== digest) return `the ${kind} stored under ${digest} is not what was put there`;
  return null;
}

function sourceError(error: unknown, code: SourceError['code']): unknown {
  return error instanceof StoreError ? new SourceError(code, error.message) : error;
}

/** A store as a source for the check. Read-only, in one state, beside a writer where there is one. */
import { sha256Hex } from '../stores/codec.ts';
import { StoreError } from '../stores/ledger.ts';
import { openForReading, type ReadingOptions, type StoreReading } from '../stores/reading.ts';
import { shownSource } from '../stores/source.ts';
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
    return sourceOf(reading, shownSource(source), await reading.head());
  } catch (error) {
    throw sourceError(
      error,
      error instanceof StoreError && error.code === 'store_unavailable' ? 'source_missing' : 'source_foreign',
    );
  }
}

function sourceOf(
  reading: StoreReading,
  name: string,
  head: Awaited<ReturnType<StoreReading['head']>>,
): RecordSource {
  return {
    name,
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
        throw sourceError(error, 'source_unreadable');
      }
    },
    details: (digest) => read(reading.document('details', digest)),
    async *allDetails() {
      for await (const { kind, digest, text } of readable(reading.documents()))
        if (kind === 'details') yield { sha256: digest, text };
    },
    damage: () => damageOf(reading, head === null),
    close: () => reading.close(),
  };
}

async function read<Found>(found: Promise<Found>): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    throw sourceError(error, 'source_unreadable');
  }
}

async function* readable<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row, void, undefined> {
  try {
    yield* rows;
  } catch (error) {
    throw sourceError(error, 'source_unreadable');
  }
}

async function damageOf(reading: StoreReading, isHeadless: boolean): Promise<string | null> {
  if (isHeadless) return 'its head row is gone';
  try {
    const complaint = await reading.ownComplaint();
    if (complaint !== null) return complaint;
    for await (const { kind, digest, text } of reading.documents())
      if (sha256Hex(text) !== digest) return `the ${kind} stored under ${digest} is not what was put there`;
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

function sourceError(error: unknown, code: SourceError['code']): unknown {
  return error instanceof StoreError ? new SourceError(code, error.message) : error;
}

/** Entries as those may read them who may see what is personal: with the values that are still there in their places. */
import type { Entry } from '../../workflows/audit/entry.ts';
import { openDetails } from '../../workflows/audit/personal.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import type { StoredEntry } from './audit.ts';
import { nodeCodec } from './codec.ts';
import { StoreError, type Ledger } from './ledger.ts';
import { valueIn } from './value-text.ts';
import type { KeptValue } from './values.ts';

/** One run's entries in order. What was erased keeps its commitment. */
export async function* openedEntries(
  ledger: Pick<Ledger, 'byRun' | 'values'>,
  chain: string,
): AsyncGenerator<Entry, void, undefined> {
  for await (const entry of ledger.byRun(chain)) {
    const values: KeptValue[] = [];
    for await (const value of ledger.values(entry.index, entry.index + 1)) values.push(value);
    yield openEntry(entry, values);
  }
}

/** Throws a `StoreError` for bytes that are no entry. */
export function openEntry({ index, bytes }: StoredEntry, values: readonly KeptValue[]): Entry {
  const reading = readEntry(bytes, nodeCodec);
  if (reading.kind === 'malformed')
    throw new StoreError('store_untrusted', `audit entry ${index} cannot be read: ${reading.reason}`);
  const kept = new Map(
    values.flatMap(({ path, value }) =>
      value === null ? [] : [[path, valueIn(value.text, index)] as const],
    ),
  );
  const { entry } = reading;
  return { ...entry, body: { ...entry.body, details: openDetails(entry.body.details, kept) } };
}

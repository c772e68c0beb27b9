/** Long tables, page by page: the event loop turns between pages, so that nobody else waits. */
import type { StoredEntry } from './audit.ts';
import { StoreError } from './ledger.ts';
import type { KeptValue } from './values.ts';

/** Rows fetched at a time. */
const PAGE = 500;

export async function* valuesInPages(
  from: number,
  to: number,
  page: (at: number, limit: number) => Promise<readonly KeptValue[]>,
): AsyncGenerator<KeptValue, void, undefined> {
  for (let at = from; at < to;) {
    const rows = await page(at, PAGE);
    yield* rows.filter(({ index }) => index < to);
    const last = rows.at(-1);
    if (last === undefined) return;
    // In a damaged file the end of a page may lead back to its beginning.
    if (last.index < at) throw outOfOrder();
    at = last.index + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** For rows that a table should have in their order, and has not. */
export function outOfOrder(): StoreError {
  return new StoreError(
    'store_untrusted',
    'rows of a table do not stand in their order; the file is damaged',
  );
}

/** Places are numbers, and few bytes each: they are held for the whole run, its entries for a page. */
const PLACES = 5000;

/** A run is linked from its end back, and read from its beginning. */
export async function* runInPages(
  back: (before: number | null, limit: number) => Promise<readonly number[]>,
  at: (places: readonly number[]) => Promise<readonly StoredEntry[]>,
): AsyncGenerator<StoredEntry, void, undefined> {
  const places: number[] = [];
  for (let page = await back(null, PLACES); page.length > 0; page = await back(places.at(-1) ?? null, PLACES))
    places.push(...page);
  places.reverse();
  for (let from = 0; from < places.length; from += PAGE) {
    yield* await at(places.slice(from, from + PAGE));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function* inPages(
  from: number,
  to: number,
  page: (at: number, limit: number) => Promise<readonly StoredEntry[]>,
): AsyncGenerator<StoredEntry, void, undefined> {
  for (let at = from; at < to;) {
    const rows = await page(at, Math.min(PAGE, to - at));
    yield* rows;
    if (rows.length === 0) return;
    at += rows.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

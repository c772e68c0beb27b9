/** Long tables, page by page: the event loop turns between pages, so that nobody else waits. */
import type { StoredEntry } from './audit.ts';
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
    at = last.index + 1;
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

/** Rows that come in the order of their entries, taken entry by entry. */
import type { KeptValue } from './source.ts';

export interface RowsByEntry {
  /** Those of entry `index`; MUST be asked for in rising order. A row of an entry passed over comes with the next one. */
  take(index: number): Promise<readonly KeptValue[]>;
  /** The first that nobody took. */
  rest(): Promise<KeptValue | null>;
  /** Lets go of the source, however far it was read. */
  close(): Promise<void>;
}

export function createRowsByEntry(rows: AsyncIterable<KeptValue>): RowsByEntry {
  const iterator = rows[Symbol.asyncIterator]();
  let ahead: KeptValue | null = null;
  let ended = false;
  const peek = async (): Promise<KeptValue | null> => {
    if (ahead !== null || ended) return ahead;
    const next = await iterator.next();
    ended = next.done === true;
    ahead = next.done === true ? null : next.value;
    return ahead;
  };
  return {
    async take(index) {
      const taken: KeptValue[] = [];
      for (let row = ahead ?? (await peek()); row !== null && row.index <= index; row = await peek()) {
        taken.push(row);
        ahead = null;
      }
      return taken;
    },
    rest: peek,
    close: async () => void (await iterator.return?.()),
  };
}

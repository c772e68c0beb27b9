/** Tables that last as long as the process: for rehearsals and trials. Nothing in them is durable. */
import { GENESIS } from '../../../workflows/audit/entry.ts';
import type { ClaimRecord } from '../claims.ts';
import type { EntryRow, HeadRow, Tables } from '../tables.ts';

export function createMemoryTables(log: string): Tables {
  const entries: EntryRow[] = [];
  const byId = new Map<string, EntryRow>();
  const byRun = new Map<string, EntryRow[]>();
  const claims = new Map<string, ClaimRecord>();
  const documents = new Map<string, string>();
  let head: HeadRow = { log, size: 0, leaf: GENESIS, at: 0 };

  return {
    // One thread, and jobs write only when nothing can go wrong any more: there is nothing to roll back.
    transaction: (work) => work(),
    head: () => head,
    setHead: (next) => {
      head = next;
    },
    entryById: (id) => byId.get(id) ?? null,
    lastOfRun: (run) => byRun.get(run)?.at(-1) ?? null,
    addEntry(row) {
      if (row.index !== entries.length || byId.has(row.id))
        throw new Error(`entry ${row.index} does not follow entry ${entries.length - 1}`);
      entries.push(row);
      byId.set(row.id, row);
      const run = byRun.get(row.run);
      if (run === undefined) byRun.set(row.run, [row]);
      else run.push(row);
    },
    entries: (from, limit) => entries.slice(from, from + limit),
    entriesOfRun: (run, fromSeq, limit) => (byRun.get(run) ?? []).slice(fromSeq, fromSeq + limit),
    claim: (key) => claims.get(key) ?? null,
    setClaim: (record) => claims.set(record.key, record),
    document: (kind, digest) => documents.get(`${kind}/${digest}`) ?? null,
    addDocument: ({ kind, digest, text }) => documents.set(`${kind}/${digest}`, text),
    close: () => {},
  };
}

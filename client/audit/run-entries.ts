/** The entries of one run, or of its workflow, with what is personal in its place where the source still has it. */
import { Buffer } from 'node:buffer';
import { eachEntry } from '../../activities/exports/each-entry.ts';
import { openEntry } from '../../activities/stores/opened-entries.ts';
import { createRowsByEntry } from '../../activities/verify/rows-by-entry.ts';
import type { RecordSource } from '../../activities/verify/source.ts';
import type { Entry } from '../../workflows/audit/entry.ts';

/** `run` is a workflow id, or the chain of a run. */
export async function entriesOfRun(source: RecordSource, run: string): Promise<readonly Entry[]> {
  const marks = [`"workflow":${JSON.stringify(run)}`, `"run":${JSON.stringify(run)}`].map((text) =>
    Buffer.from(text),
  );
  return matching(source, (bytes) => marks.some((mark) => bytes.includes(mark)));
}

export async function entriesOfCase(source: RecordSource, caseId: string): Promise<readonly Entry[]> {
  const mark = Buffer.from(`"case":${JSON.stringify(caseId)}`);
  const marked = await matching(source, (bytes) => bytes.includes(mark));
  return marked.filter(({ body }) => body.case === caseId);
}

/** The last `count` entries. */
export async function lastEntries(source: RecordSource, count: number): Promise<readonly Entry[]> {
  const head = await source.head();
  const from = head === null ? 0 : Math.max(0, head.size - count);
  return (await entriesFrom(source, from)).slice(-count);
}

/** Those with an index of `from` or more. */
export function entriesFrom(source: RecordSource, from: number): Promise<readonly Entry[]> {
  return matching(source, () => true, from);
}

async function matching(
  source: RecordSource,
  isWanted: (bytes: Buffer) => boolean,
  from = 0,
): Promise<readonly Entry[]> {
  const values = source.values(from);
  const rows = values === null ? null : createRowsByEntry(values);
  const entries: Entry[] = [];
  await eachEntry(
    source,
    async (bytes, index) => {
      const own = rows === null ? [] : await rows.take(index);
      if (isWanted(bytes))
        entries.push(
          openEntry(
            { index, bytes },
            own.filter((row) => row.index === index),
          ),
        );
      return true;
    },
    from,
  );
  await rows?.close();
  return entries;
}

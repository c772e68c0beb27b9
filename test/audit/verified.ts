/** The verdict on a database file, in the shape that the tests of the record speak. */
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { SourceError } from '../../activities/verify/source.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';

export interface FileVerdict {
  readonly verified: boolean;
  readonly entries: number;
  readonly head: string | null;
  readonly root: string | null;
  readonly firstBad: number | null;
  readonly reason: string | null;
}

/** Reads every entry whole. What is no database of ours does not verify; a file that is not there is an error. */
export async function verifyFile(path: string): Promise<FileVerdict> {
  const source = await openDatabaseSource(path).catch((error: unknown) => {
    if (error instanceof SourceError && error.code !== 'source_missing') return error;
    throw error;
  });
  if (source instanceof SourceError)
    return { verified: false, entries: 0, head: null, root: null, firstBad: null, reason: source.message };
  try {
    const verdict = await verifyRecord(source, { trust: null, outside: [], deep: true, now: 0 });
    if (verdict.kind === 'verified') {
      const { entries, head, root } = verdict;
      return { verified: true, entries, head, root, firstBad: null, reason: null };
    }
    const { entries, firstBad, reason } = verdict;
    return { verified: false, entries, head: null, root: null, firstBad, reason };
  } finally {
    await source.close();
  }
}

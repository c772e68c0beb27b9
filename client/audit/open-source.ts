/** What the audit commands read: a database, or an export. */
import { statSync } from 'node:fs';
import { openExport } from '../../activities/exports/read.ts';
import { isPostgresUrl } from '../../activities/stores/source.ts';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { SourceError, type RecordSource } from '../../activities/verify/source.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, type Terminal } from '../terminal.ts';

/** A folder is an export, a file is a database. Throws a `SourceError`. */
export async function openSource(name: string): Promise<RecordSource> {
  if (isPostgresUrl(name)) return openDatabaseSource(name);
  const found = statSync(name, { throwIfNoEntry: false });
  return found?.isDirectory() === true ? openExport(name) : openDatabaseSource(name);
}

/** Opens, works and closes; what cannot be looked at is told, with its code, and is never a verdict. */
export async function withSource(
  terminal: Terminal,
  name: string,
  work: (source: RecordSource) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const source = await openSource(name);
    try {
      return await work(source);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof SourceError)
      return complain(terminal, [`${error.code}: ${error.message}`], EXIT.failed);
    throw error;
  }
}

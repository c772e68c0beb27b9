/** What the audit commands read: a database, or an export. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { openExport } from '../../activities/exports/read.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import { isPostgresUrl } from '../../activities/stores/source.ts';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { SourceError, type RecordSource } from '../../activities/verify/source.ts';
import type { Config } from '../../worker/config.ts';
import { ownPassword } from '../../worker/store.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, type Terminal } from '../terminal.ts';

/** Where to read, and how to get in. */
export interface SourceName {
  /** A file, a folder or a Postgres URL. */
  readonly name: string;
  /** Of a Postgres URL. Without one the driver takes PGPASSWORD or the password file. */
  readonly password?: string | undefined;
}

/** As typed: a path of this shell, or a URL. */
export function sourceNamed(text: string): SourceName {
  return { name: isPostgresUrl(text) ? text : resolve(text) };
}

/** A folder is an export, a file is a database. Throws a `SourceError`. */
export async function openSource({ name, password }: SourceName): Promise<RecordSource> {
  if (isPostgresUrl(name)) return openDatabaseSource(name, { password });
  const found = statSync(name, { throwIfNoEntry: false });
  return found?.isDirectory() === true ? openExport(name) : openDatabaseSource(name);
}

/**
 * Opens the source that was named, or else the own database of a deployment; works and closes. What cannot be looked at
 * is told, with its code, and is never a verdict.
 */
export async function withSource(
  terminal: Terminal,
  named: string | Config,
  work: (source: RecordSource) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const source = await openSource(
      typeof named === 'string'
        ? sourceNamed(named)
        : { name: named.state, password: await ownPassword(named) },
    );
    try {
      return await work(source);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof SourceError || error instanceof StoreError)
      return complain(terminal, [`${error.code}: ${error.message}`], EXIT.failed);
    throw error;
  }
}

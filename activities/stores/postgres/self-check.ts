/** Refuses a server that cannot keep the store's promises, before anything is written to it. */
import type { ClientBase } from 'pg';
import { StoreError } from '../ledger.ts';

export interface Durability {
  /** What every commit asks for, whatever the server's default becomes while we run. */
  readonly synchronousCommit: 'on' | 'remote_apply';
}

interface Settings {
  readonly version: number;
  readonly encoding: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly data_sync_retry: string;
  readonly synchronous_commit: string;
  readonly recovering: boolean;
}

/** The oldest release line that is tested. */
const OLDEST = 140_000;

const SETTINGS = `
SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('data_sync_retry') AS data_sync_retry,
  current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS recovering`;

const LOSSY_TABLES = `
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'cordon' AND c.relkind IN ('r', 'i') AND c.relpersistence <> 'p' ORDER BY 1`;

export async function refuseUnsafeServer(client: ClientBase, where: string): Promise<Durability> {
  const { rows } = await client.query<Settings>(SETTINGS);
  const [settings] = rows;
  if (settings === undefined) throw new Error('the server answered a question without a row');
  const fault = faultOf(settings);
  if (fault !== null) throw new StoreError(fault.code, `${where} ${fault.says}`);
  return { synchronousCommit: settings.synchronous_commit === 'remote_apply' ? 'remote_apply' : 'on' };
}

/** A table that was made UNLOGGED is emptied by a crash. */
export async function refuseUnloggedTables(client: ClientBase, where: string): Promise<void> {
  const { rows } = await client.query<{ readonly name: string }>(LOSSY_TABLES);
  const [table] = rows;
  if (table === undefined) return;
  throw new StoreError(
    'store_untrusted',
    `${where} would lose cordon.${table.name} in a crash; run ALTER TABLE … SET LOGGED and "cordon audit verify"`,
  );
}

/** Null when all is well. */
export function faultOf(
  settings: Settings,
): { readonly code: 'store_untrusted' | 'store_unavailable'; readonly says: string } | null {
  const untrusted = (says: string) => ({ code: 'store_untrusted', says }) as const;
  if (settings.recovering)
    return { code: 'store_unavailable', says: 'is a standby and cannot be written; name the primary' };
  if (settings.version < OLDEST)
    return untrusted(`runs Postgres ${Math.floor(settings.version / 10_000)}; use 14 or later`);
  if (settings.encoding !== 'UTF8')
    return untrusted(`stores text as ${settings.encoding}; use a database with ENCODING 'UTF8'`);
  if (settings.fsync !== 'on')
    return untrusted('runs with fsync = off and can lose what it acknowledged; set it to on');
  if (settings.full_page_writes !== 'on')
    return untrusted('runs with full_page_writes = off and can be torn by a crash; set it to on');
  if (settings.data_sync_retry !== 'off')
    return untrusted('runs with data_sync_retry = on and can take failed writes for done; set it to off');
  if (settings.synchronous_commit !== 'on' && settings.synchronous_commit !== 'remote_apply')
    return untrusted(
      `acknowledges commits early (synchronous_commit = ${settings.synchronous_commit}); set it to on for Cordon’s role`,
    );
  return null;
}

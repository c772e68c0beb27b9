/** A SQLite store whose writes are counted, and one of which breaks. */
import Database from 'better-sqlite3';
import { openStores } from '../../activities/stores/index.ts';
import { createLedger } from '../../activities/stores/ledger-over-tables.ts';
import { openDatabase } from '../../activities/stores/sqlite/open.ts';
import { createSqliteTables } from '../../activities/stores/sqlite/tables.ts';
import type { Fault, Fragile } from './steps.ts';

export function fragileSqlite(path: string, fault: Fault): Fragile {
  const db = openDatabase(path, 'test');
  const writes: string[] = [];
  let toBreak = fault.how === 'lost twice' ? 2 : 1;
  const broken = () => new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
  const run = (statement: Database.Statement, parameters: unknown[]) => {
    const index = writes.push(statement.source) - 1;
    if (index < fault.at || toBreak === 0) return statement.run(...parameters);
    toBreak -= 1;
    if (fault.how === 'kept') statement.run(...parameters);
    throw broken();
  };
  const prepare = (sql: string) => {
    const statement = db.prepare(sql);
    const get = statement.get.bind(statement);
    const all = statement.all.bind(statement);
    return { get, all, run: (...parameters: unknown[]) => run(statement, parameters) };
  };
  const proxy = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return prepare;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const ledger = createLedger(createSqliteTables(proxy), Date.now);
  return { ledger, writes, place: { source: path, open: (options) => openStores(path, options) } };
}

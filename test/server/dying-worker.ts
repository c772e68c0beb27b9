/**
 * A worker that kills itself between a commit and the word of it: what it recorded last is durable, and Temporal never
 * hears. Arguments: configuration, server, bundle. Waits for a line that names the commit after which it dies.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { loadConfig } from '../../worker/config.ts';
import { createWorker } from '../../worker/create.ts';
import { quietRuntime } from '../../worker/main.ts';
import { openWorld } from '../../worker/world.ts';
import { LAST_COMMITS, mortalLedger, type LastCommit } from './mortal.ts';

const [file = '', address = '', bundle = ''] = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const die = (): boolean => process.kill(process.pid, 'SIGKILL');
let last: LastCommit | null = null;

quietRuntime(log);
const loaded = loadConfig({ file, env: {} });
if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
const { config } = loaded;
const [connection, native] = await Promise.all([
  Connection.connect({ address }),
  NativeConnection.connect({ address }),
]);
const opened = await openWorld({ config, searchable: true, client: new Client({ connection }) });
if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
const worker = await createWorker({
  world: { ...opened.world, ledger: mortalLedger(opened.world.ledger, () => last, die) },
  connection: native,
  namespace: 'default',
  taskQueue: config.taskQueue,
  bundle: { workflows: { code: readFileSync(bundle, 'utf8'), sourceMap: '' }, modules: [] },
  // What it keeps in memory, the server would offer to nobody else for ten seconds after its end.
  maxCachedWorkflows: 0,
  log,
});
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  last = LAST_COMMITS.find((kind) => kind === line) ?? null;
  break;
}
await worker.run();

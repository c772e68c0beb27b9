/**
 * Records the run that the pure tests in this folder tamper with: its history, and the log it left. To be run when
 * histories or entries come to look otherwise: `node test/reconcile/record-samples.ts`. What it holds is synthetic.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startServer } from '../../client/server/start.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { quietRuntime } from '../../worker/main.ts';
import { openScene } from '../server/scene.ts';
import { retried } from '../server/stories.ts';
import { HISTORY, LOG } from './recorded.ts';

quietRuntime((line) => void process.stderr.write(`${line}\n`));
const [server, bundle] = await Promise.all([startServer(), bundleWorkflows()]);
try {
  const scene = await openScene({ address: server.address, bundle, taskQueue: 'witnessed' });
  try {
    const run = await retried(scene);
    await writeFile(HISTORY, `${historyToJSON(await run.handle.fetchHistory())}\n`);
    const db = new Database(join(scene.folder, 'cordon.db'), { readonly: true });
    const rows = db.prepare<[], { readonly bytes: Buffer }>('SELECT bytes FROM entries ORDER BY i').all();
    db.close();
    await writeFile(LOG, rows.map(({ bytes }) => `${bytes.toString('utf8')}\n`).join(''));
  } finally {
    await scene.close();
  }
} finally {
  await server.stop();
}

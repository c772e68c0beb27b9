/**
 * A worker in a process of its own, so that it can be killed. Arguments: configuration, server, and a file with
 * the workflow bundle, which would take seconds to make anew. Prints a line when it works.
 */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../worker/config.ts';
import { quietRuntime, startWorker } from '../../worker/main.ts';

const [file = '', address = '', bundle = ''] = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
quietRuntime(log);
const loaded = loadConfig({ file, env: {} });
if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
const started = await startWorker({
  config: loaded.config,
  temporal: { connectionOptions: { address }, namespace: 'default' },
  bundle: { workflows: { code: readFileSync(bundle, 'utf8'), sourceMap: '' }, modules: [] },
  // What it keeps in memory, the server would offer to nobody else for ten seconds after its end.
  maxCachedWorkflows: 0,
  log,
});
if (started.kind === 'problems') throw new Error(started.problems.join('\n'));
process.stdout.write('working\n');
await started.stopped;

/**
 * Workers that die between a commit and the word of it: what they recorded last is durable, and Temporal never hears.
 * Arguments: configuration, server, bundle. Each line names a commit, and makes a worker that works until then and is
 * cut off; with `killed` after it, this process dies by its own hand.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../../worker/config.ts';
import { quietRuntime } from '../../worker/main.ts';
import { openWorld } from '../../worker/world.ts';
import { LAST_COMMITS, liveUntilCutOff, liveUntilKilled, type Life } from './mortal.ts';

const [file = '', address = '', bundle = ''] = process.argv.slice(2);
quietRuntime((line) => void process.stderr.write(`${line}\n`));
const loaded = loadConfig({ file, env: {} });
if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
const { config } = loaded;
const client = new Client({ connection: await Connection.connect({ address }) });
const opened = await openWorld({ config, searchable: true, client });
if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
const life: Life = {
  world: opened.world,
  address,
  taskQueue: config.taskQueue,
  code: readFileSync(bundle, 'utf8'),
};
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', how] = line.split(' ');
  const last = LAST_COMMITS.find((kind) => kind === name);
  if (last === undefined) throw new Error(`no commit is called ${name}`);
  if (how === 'killed') await liveUntilKilled(last, life);
  await liveUntilCutOff(last, life);
  process.stdout.write('dead\n');
}

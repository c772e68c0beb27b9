/**
 * A process in a mount namespace of its own, so that it can make, fill and lock file systems that nobody else sees.
 * Arguments: what happens, and an empty folder. Prints what it saw as JSON.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startCheckpointing } from '../../activities/checkpoints/index.ts';
import { openStores } from '../../activities/stores/index.ts';
import type { NewEvent } from '../../activities/stores/audit.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import { SourceError } from '../../activities/verify/source.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { verifyFile } from './verified.ts';

const [scenario = '', folder = ''] = process.argv.slice(2);
const START = 1_790_000_000_000;
const disk = join(folder, 'disk');
const path = join(disk, 'record.db');
mkdirSync(disk);

const mount = (...args: readonly string[]): void => void execFileSync('mount', [...args]);
const makeDisk = (size: string): void => mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk);
const change = (options: string): void => mount('-o', `remount,${options}`, disk);

function eventOf(n: number): NewEvent {
  return {
    run: { workflowId: 'w', chain: 'a', startedAt: START, caseId: 'c', playbook: 'p' },
    fact: { event: 'policy_checked', task: 't', details: { n }, at: START + n, coordinate: String(n) },
  };
}

/** The code and message of a refusal that is ours; whatever else is thrown is a fault and ends the process. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof StoreError || error instanceof SourceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < 200; look += 1) {
    if (await holds()) return true;
    await wait(50);
  }
  return false;
}

/** The store's disk fills up under a writer, and is made larger. */
async function full(): Promise<object> {
  makeDisk('1m');
  const ledger = await openStores(path, { log: 'test' });
  let acknowledged = 0;
  let refused: string | null = null;
  while (refused === null) {
    refused = await refusalOf(() => ledger.append([eventOf(acknowledged)]));
    if (refused === null) acknowledged += 1;
  }
  const owner = { chain: 'a', workflowId: 'w', task: 't' };
  const claim = { key: 'k', owner, inputsDigest: 'i', now: 1 };
  const begun = await refusalOf(() => ledger.begin(claim));
  const { size } = await ledger.head();
  const held = await ledger.lookup('k');
  change('size=32m');
  await ledger.append([eventOf(acknowledged)]);
  const after = (await ledger.begin(claim)).answer.kind;
  await ledger.close();
  return { acknowledged, refused, begun, size, held, after, verdict: await verifyFile(path) };
}

function configWith(record: string): Config {
  const file = join(folder, 'cordon.yaml');
  writeFileSync(file, `mode: development\nrecord:\n  checkpoint_ms: 50\n${record}`);
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** The disk of the file outside is full, and is made larger; the store has another. */
async function fullOutside(): Promise<object> {
  makeDisk('64k');
  const witness = join(disk, 'checkpoints');
  const { record, state } = configWith(`  witness_file: ${witness}\n`);
  const ledger = await openStores(state, { log: 'cordon/test' });
  const lines: string[] = [];
  const secret = (): Promise<string> => Promise.reject(new Error('none'));
  const signing = await startCheckpointing({
    ledger,
    config: record,
    log: (line) => void lines.push(line),
    secret,
  });
  if (signing.kind === 'problems') return signing;
  const filler = join(disk, 'filler');
  try {
    for (;;) appendFileSync(filler, Buffer.alloc(4096));
  } catch {
    // Full.
  }
  for (let n = 0; n < 600; n += 1) await ledger.append([eventOf(n)]);
  await until(() => lines.some((line) => line.includes('ENOSPC')));
  const published = (): boolean => existsSync(witness) && readFileSync(witness, 'utf8').includes('\n601\n');
  const early = published();
  change('size=8m');
  const late = await until(published);
  await signing.stop();
  await ledger.close();
  return { lines, early, late, verdict: await verifyFile(state) };
}

/** Nobody can write there any more, as on a medium that an auditor is handed. */
async function readOnly(): Promise<object> {
  makeDisk('8m');
  const ledger = await openStores(path, { log: 'test' });
  for (let n = 0; n < 5; n += 1) await ledger.append([eventOf(n)]);
  const open = join(disk, 'open.db');
  copyFileSync(path, open);
  copyFileSync(`${path}-wal`, `${open}-wal`);
  await ledger.close();
  change('ro');
  const start = await refusalOf(() => openStores(path));
  const fresh = await refusalOf(() => openStores(join(disk, 'new', 'record.db')));
  const verdict = await verifyFile(path);
  const unfinished = await verifyFile(open).catch((error: unknown) =>
    error instanceof SourceError ? `${error.code}: ${error.message}` : Promise.reject(error),
  );
  const { record, state } = configWith(`  keys: ${join(disk, 'keys', 'log.json')}\n`);
  const other = await openStores(state, { log: 'cordon/test' });
  const secret = (): Promise<string> => Promise.reject(new Error('none'));
  const keys = await startCheckpointing({ ledger: other, config: record, log: () => {}, secret });
  await other.close();
  return { start, fresh, verdict, unfinished, keys: keys.kind === 'problems' ? keys.problems : keys.kind };
}

const scenarios: { readonly [name: string]: () => Promise<object> } = { full, fullOutside, readOnly };
process.stdout.write(JSON.stringify(await scenarios[scenario]?.()));

/** Workers in processes of their own, for tests that end them without warning. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bundle } from '../../worker/bundle.ts';
import type { LastCommit } from './mortal.ts';
import type { Scene } from './scene.ts';

export interface WorkerProcess {
  /** Everything it has logged. */
  readonly logged: readonly string[];
  /** SIGKILL: nothing it had in hand is finished. Returns when it is gone. */
  kill(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();

/** Returns when the worker polls. Its scene must be `workerless`. */
export async function startWorkerProcess(
  scene: Scene,
  address: string,
  bundle: Bundle,
): Promise<WorkerProcess> {
  const code = join(scene.folder, 'bundle.js');
  writeFileSync(code, bundle.workflows.code);
  const script = join(root, 'test/server/worker-process.ts');
  return launch([script, join(scene.folder, 'cordon.yaml'), address, code], {}, 'working');
}

export interface DyingWorkers {
  /** A worker lives until it made such a commit, and is cut off from the server. */
  cutOffAfter(last: LastCommit): Promise<void>;
  /** A worker lives until it made such a commit, and all of this process dies by its own hand. */
  killedAfter(last: LastCommit): Promise<void>;
}

export async function startDyingWorkers(
  scene: Scene,
  address: string,
  bundle: Bundle,
): Promise<DyingWorkers> {
  const code = join(scene.folder, 'bundle.js');
  writeFileSync(code, bundle.workflows.code);
  const script = join(root, 'test/server/dying-worker.ts');
  const args = [script, join(scene.folder, 'cordon.yaml'), address, code];
  const { child } = await launch(args, {}, 'ready', 'pipe');
  return {
    async cutOffAfter(last) {
      const dead = once(child.stdout ?? child, 'data');
      child.stdin?.write(`${last}\n`);
      await dead;
    },
    async killedAfter(last) {
      const ended = once(child, 'exit');
      child.stdin?.write(`${last} killed\n`);
      await ended;
      running.delete(child);
    },
  };
}

/** The same by the command line, as an operator would. */
export function startWorkerCommand(scene: Scene, address: string): Promise<WorkerProcess> {
  const command = [join(root, 'client/main.ts'), '--config', join(scene.folder, 'cordon.yaml'), 'worker'];
  return launch(command, { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' }, 'worker on ');
}

/** For `afterEach`: a test that failed half-way leaves no worker behind. */
export async function killWorkers(): Promise<void> {
  await Promise.all([...running].map(kill));
}

async function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: string,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Promise<WorkerProcess & { readonly child: ChildProcess }> {
  const child = spawn(process.execPath, args, {
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const logged: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr])
      if (input !== null)
        createInterface({ input }).on('line', (line) => {
          logged.push(line);
          if (line.startsWith(ready)) resolve();
        });
    child.once('exit', () => reject(new Error(`the worker ended at its start: ${logged.join('\n')}`)));
  });
  return { logged, child, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

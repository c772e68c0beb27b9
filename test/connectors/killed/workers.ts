/** Workers in processes of their own, each but the first started ahead of its errand: starting takes longer than dying. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Errand } from './worker.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface Victim {
  /** The next thing it says: that it has acted, or what came of it. Never, for one that waits for an answer. */
  readonly says: Promise<string>;
  /** SIGKILL. Rejects for one that had ended before. */
  kill(): Promise<void>;
}

export interface Workers {
  send(errand: Errand): Promise<Victim>;
  close(): void;
}

interface Prepared {
  readonly child: ChildProcess;
  readonly lines: Interface;
  readonly ready: Promise<unknown>;
  readonly complaints: string[];
}

export function createWorkers(): Workers {
  let next: Prepared | null = null;
  return {
    async send(errand) {
      const { child, lines, ready, complaints } = next ?? prepare();
      next = prepare();
      await ready;
      const ended = once(child, 'exit');
      const says = Promise.race([
        once(lines, 'line').then(([line]) => String(line)),
        ended.then(([code]) => {
          if (code !== null) throw new Error(`the worker ended by itself: ${complaints.join('')}`);
          return 'killed';
        }),
      ]);
      says.catch(() => undefined);
      child.stdin?.write(`${JSON.stringify(errand)}\n`);
      return {
        says,
        async kill() {
          child.kill('SIGKILL');
          const [, signal] = await ended;
          if (signal !== 'SIGKILL') throw new Error('the worker had ended before it was killed');
        },
      };
    },
    close: () => void next?.child.kill('SIGKILL'),
  };
}

function prepare(): Prepared {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.ts')], {
    stdio: 'pipe',
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(ROOT, '.cache/killed') },
  });
  const complaints: string[] = [];
  child.stderr.on('data', (part: Buffer) => complaints.push(part.toString('utf8')));
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, 'line');
  ready.catch(() => undefined);
  return { child, lines, ready, complaints };
}

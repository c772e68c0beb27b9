/** Starts writer processes on a record and listens to what was acknowledged to them. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { PASSWORD } from '../postgres.ts';

const SCRIPT = fileURLToPath(new URL('writer.ts', import.meta.url));

export interface WriterProcess {
  /** Lines "<run> <n>", one per event acknowledged so far. */
  readonly acknowledged: readonly string[];
  /** Resolves with the exit code, or null when it was killed. Rejects with what it wrote to stderr. */
  readonly ended: Promise<number | null>;
  readonly started: Promise<void>;
  kill(): void;
}

export function startWriter(
  source: string,
  name: string,
  first: number,
  count: number,
  writers: number,
): WriterProcess {
  const child = spawn(
    process.execPath,
    [SCRIPT, source, name, String(first), String(count), String(writers)],
    {
      // Where a Postgres URL, which holds none, takes its password from.
      env: { ...process.env, PGPASSWORD: PASSWORD },
    },
  );
  const acknowledged: string[] = [];
  let rest = '';
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  const started = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      acknowledged.push(...lines);
      resolve();
    });
    child.on('close', () => resolve());
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 || code === null ? resolve(code) : reject(new Error(complaint))));
  });
  return { acknowledged, ended, started, kill: () => child.kill('SIGKILL') };
}

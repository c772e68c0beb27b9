/** A process of ours that looks like an intruder's. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './lab.ts';

export interface Victim {
  readonly pid: number;
  readonly path: string;
  readonly start_time: number;
  alive(): boolean;
}

/** A process of ours under a name an intruder would choose. */
export async function victim(folder: string): Promise<Victim> {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin', 'minerd');
  copyFileSync('/bin/sleep', path);
  const child = spawn(path, ['300'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  await until('the process', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('minerd'));
  return {
    pid,
    path,
    start_time: Math.round(Date.now() / 1000),
    alive: () => child.exitCode === null && child.signalCode === null,
  };
}

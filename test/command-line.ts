/** `cordon` in a process of its own, without a server, in surroundings that set nothing of it. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env?: { readonly [name: string]: string };
  readonly input?: string;
}

const MAIN = resolve(import.meta.dirname, '../client/main.ts');
const OURS = /^(CORDON|TEMPORAL|FORCE_COLOR|NO_COLOR|npm_)/;
const OTHERS = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));

export function runCordon(
  args: readonly string[],
  { cwd, env = {}, input = '' }: Surroundings,
): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...OTHERS, ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    child.on('close', (code) => done({ code, out, err }));
    child.stdin.end(input);
  });
}

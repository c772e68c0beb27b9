/** `npm run demo` as it is typed, each in a process of its own, in one folder and with one server for all of a file. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { startServer, type RunningServer } from '../client/server/start.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Demos {
  readonly folder: string;
  /** Program and first argument of `cordon`. */
  readonly cordon: readonly [node: string, main: string];
  /** Whatever a demo starts inherits its TMPDIR, by which it is found again. */
  settings(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  demo(...args: readonly string[]): Promise<Said>;
}

const root = resolve(import.meta.dirname, '..');

/** As if the reader had a server already. `timeoutMs`: of one demo. */
export function setDemos(timeoutMs: number): Demos {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-demo-test-'));
  const cordon = [join(root, 'node_modules', '.bin', 'node'), join(root, 'client', 'main.ts')] as const;
  let server: RunningServer | null = null;
  beforeAll(async () => {
    server = await startServer();
  }, 15 * 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const settings = () => ({
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', TMPDIR: folder, TEMPORAL_ADDRESS: server?.address ?? '' },
  });
  return {
    folder,
    cordon,
    settings,
    demo: (...args) =>
      new Promise((done) => {
        const [node, main] = cordon;
        execFile(node, [main, 'demo', ...args], { ...settings(), timeout: timeoutMs }, (error, out, err) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          done({ code, out, err });
        });
      }),
  };
}

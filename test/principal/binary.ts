/**
 * The full Temporal server, which the development server in the CLI is not: only it can be given an authorizer, and
 * only from 1.31 on does it write down whom that authorizer let in. Found, or built once for all checkouts.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runErrand } from '../../client/server/errand.ts';
import { exclusively, seconds } from '../../client/server/exclusive.ts';
import { ownSurroundings, type Surroundings } from '../../client/server/find.ts';
import { whereOnPath } from '../../client/server/installed.ts';
import { cacheDir } from '../../client/server/surroundings.ts';

const VERSION = '1.32.0';
const MODULE = `go.temporal.io/server/cmd/server@v${VERSION}`;
const OLDEST_MINOR = 31;
const LONGEST_BUILD_MS = 30 * 60_000;

/** Throws with what was tried when there is none and none can be built. */
export async function findFullServer(surroundings: Surroundings = ownSurroundings()): Promise<string> {
  const cache = join(dirname(cacheDir(surroundings)), `temporal-server-${VERSION}`);
  const kept = join(cache, 'temporal-server');
  const goBin = surroundings.env['GOBIN'] ?? join(homedir(), 'go', 'bin');
  const candidates = [
    await whereOnPath('temporal-server', surroundings),
    kept,
    join(goBin, 'temporal-server'),
    join(goBin, 'server'),
  ];
  for (const path of candidates) if (path !== null && (await isFit(path))) return path;
  await mkdir(cache, { recursive: true });
  return exclusively(`${cache}.lock`, surroundings, async () => {
    if (!(await isFit(kept))) await build(cache, kept, surroundings);
    return kept;
  });
}

/** Many programs are called `server`, so each is asked what it is. */
async function isFit(path: string): Promise<boolean> {
  const said = await promisify(execFile)(path, ['--version'], { timeout: 30_000 }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const [, minor] = /^temporal version 1\.(\d+)\./.exec(said) ?? [];
  return minor !== undefined && Number(minor) >= OLDEST_MINOR;
}

async function build(cache: string, kept: string, surroundings: Surroundings): Promise<void> {
  const go = await whereOnPath('go', surroundings);
  if (go === null)
    throw new Error(
      `no temporal-server ≥ 1.${OLDEST_MINOR} on the PATH, and no \`go\` to build ${MODULE} with`,
    );
  const staging = await mkdtemp(join(cache, 'staging-'));
  try {
    const what = `building Temporal server ${VERSION} with go install (several minutes, once)`;
    surroundings.say(what);
    const failure = await runErrand({
      command: go,
      args: ['install', MODULE],
      cwd: staging,
      env: { ...surroundings.env, GOBIN: staging, CGO_ENABLED: '0' },
      everyMs: surroundings.everyMs,
      look: (elapsed) => {
        surroundings.say(`${what}: ${seconds(elapsed)}`);
        return elapsed > LONGEST_BUILD_MS ? `it took longer than ${seconds(LONGEST_BUILD_MS)}` : null;
      },
    });
    if (failure !== null) throw new Error(`go install ${MODULE}: ${failure}`);
    await rename(join(staging, 'server'), kept);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

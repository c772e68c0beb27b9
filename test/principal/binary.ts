/**
 * The full Temporal server, which the development server in the CLI is not: only it can be given an authorizer, and
 * only from 1.31 on does it write down whom that authorizer let in. Found, or built once for all checkouts.
 */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownSurroundings, type Surroundings } from '../../client/server/find.ts';
import { whereOnPath } from '../../client/server/installed.ts';
import { goProgram, placeOf, type GoProgram } from '../go-program.ts';

const VERSION = '1.32.0';
const MODULE = `go.temporal.io/server/cmd/server@v${VERSION}`;
const OLDEST_MINOR = 31;

const PROGRAM: GoProgram = {
  folder: `temporal-server-${VERSION}`,
  name: 'temporal-server',
  what: `building Temporal server ${VERSION} with go install (several minutes, once)`,
  args: () => ['install', MODULE],
  made: 'server',
};

/** Throws with what was tried when there is none and none can be built. */
export async function findFullServer(surroundings: Surroundings = ownSurroundings()): Promise<string> {
  const goBin = surroundings.env['GOBIN'] ?? join(homedir(), 'go', 'bin');
  const candidates = [
    await whereOnPath('temporal-server', surroundings),
    placeOf(PROGRAM, surroundings),
    join(goBin, 'temporal-server'),
    join(goBin, 'server'),
  ];
  for (const path of candidates) if (path !== null && (await isFit(path))) return path;
  return goProgram(PROGRAM, surroundings);
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

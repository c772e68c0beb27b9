/** Ways 2 and 3: a server program that is on this machine already. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { missed, type Binary, type Missed } from './found.ts';
import { binaryName, cacheDir, SERVER_VERSION, type Surroundings } from './surroundings.ts';

/** The oldest server that Cordon's tests run against. */
const OLDEST = { major: 1, minor: 29 };
const LONGEST_ANSWER_MS = 30_000;

export async function onPath(surroundings: Surroundings): Promise<Binary | Missed> {
  const way = '`temporal` on the PATH';
  const remedy =
    'Install the Temporal CLI (https://docs.temporal.io/cli) 1.5 or newer, and put it on the PATH.';
  const path = await whereOnPath('temporal', surroundings);
  if (path === null) return missed(way, 'there is none', remedy);
  const unfit = await whyUnfit(path);
  return unfit === null ? { kind: 'binary', path, how: 'path' } : missed(way, `${path} ${unfit}`, remedy);
}

export async function inCache(surroundings: Surroundings): Promise<Binary | Missed> {
  const path = join(cacheDir(surroundings), binaryName);
  const way = 'a server installed earlier';
  const remedy = `A Temporal CLI ${SERVER_VERSION} copied to that path would be used.`;
  if (!(await isExecutable(path))) return missed(way, `nothing at ${path}`, remedy);
  const unfit = await whyUnfit(path);
  if (unfit === null) return { kind: 'binary', path, how: 'cache' };
  return missed(way, `${path} ${unfit}`, `Delete it, and run the same command again.`);
}

export async function whereOnPath(name: string, { env }: Pick<Surroundings, 'env'>): Promise<string | null> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const dir of (env['PATH'] ?? '').split(delimiter).filter((dir) => isAbsolute(dir)))
    if (await isExecutable(join(dir, file))) return join(dir, file);
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Null when the program at `path` says it is a Temporal CLI with a server that is new enough. */
export async function whyUnfit(path: string): Promise<string | null> {
  const said = await promisify(execFile)(path, ['--version'], { timeout: LONGEST_ANSWER_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  if (said === null) return 'does not run';
  const version = /\(Server (\d+)\.(\d+)\./.exec(said);
  if (version === null)
    return `does not name its server version (it says ${JSON.stringify(said.slice(0, 80))})`;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const old = major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
  return old ? `holds server ${major}.${minor}, older than ${OLDEST.major}.${OLDEST.minor}` : null;
}

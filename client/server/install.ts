/** Ways 4 and 5: bring a server to this machine, once, for all checkouts. Nothing half-written ever has its name. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runErrand } from './errand.ts';
import { exclusively, seconds } from './exclusive.ts';
import { missed, type Binary, type Missed } from './found.ts';
import { inCache, whereOnPath, whyUnfit } from './installed.ts';
import { binaryName, cacheDir, SERVER_VERSION, type Surroundings } from './surroundings.ts';

const MODULE = `github.com/temporalio/cli/cmd/temporal@v${SERVER_VERSION}`;
const STAGING = 'staging-';
/** A build takes two to three minutes on two cores. */
const LONGEST_BUILD_MS = 30 * 60_000;

export async function install(surroundings: Surroundings): Promise<Binary | readonly Missed[]> {
  const cache = cacheDir(surroundings);
  try {
    await mkdir(cache, { recursive: true });
    return await exclusively(`${cache}.lock`, surroundings, async () => {
      const already = await inCache(surroundings);
      if (already.kind === 'binary') return already;
      await clearStaging(cache);
      const downloaded = await byDownload(surroundings);
      if (downloaded.kind === 'binary') return downloaded;
      const built = await byGo(surroundings);
      return built.kind === 'binary' ? built : [downloaded, built];
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const remedy = 'Make it writable, or set XDG_CACHE_HOME to a directory that is.';
    return [
      missed('installing a server', `the cache directory ${dirname(cache)} cannot be used (${why})`, remedy),
    ];
  }
}

async function byDownload(surroundings: Surroundings): Promise<Binary | Missed> {
  const way = "the SDK's download";
  const remedy = 'It needs a network that reaches temporal.download; behind a proxy, set HTTPS_PROXY.';
  return inStaging(surroundings, async (staging) => {
    try {
      return await settle(await surroundings.download(staging, surroundings), 'download', surroundings);
    } catch (error) {
      return missed(way, error instanceof Error ? error.message : String(error), remedy);
    }
  });
}

async function byGo(surroundings: Surroundings): Promise<Binary | Missed> {
  const way = `go install ${MODULE}`;
  const go = await whereOnPath('go', surroundings);
  if (go === null)
    return missed(way, 'there is no `go` on the PATH', 'Install Go 1.21 or newer (https://go.dev/dl).');
  return inStaging(surroundings, async (staging) => {
    const what = `building Temporal ${SERVER_VERSION} with go install (two to three minutes, once)`;
    surroundings.say(what);
    const failure = await runErrand({
      command: go,
      args: ['install', MODULE],
      cwd: staging,
      // The server needs no C compiler, and must not start to depend on one that happens to be here.
      env: { ...surroundings.env, GOBIN: staging, CGO_ENABLED: '0' },
      everyMs: surroundings.everyMs,
      look: (elapsed) => {
        surroundings.say(`${what}: ${seconds(elapsed)}`);
        return elapsed > LONGEST_BUILD_MS ? `it took longer than ${seconds(LONGEST_BUILD_MS)}` : null;
      },
    });
    const remedy = `Run it by hand to see all of its output: GOBIN=${cacheDir(surroundings)} ${way}`;
    if (failure !== null) return missed(way, failure, remedy);
    return settle(join(staging, binaryName), 'go', surroundings);
  });
}

/** Gives a complete, working binary its name in the cache, in one step. */
async function settle(
  path: string,
  how: Binary['how'],
  surroundings: Surroundings,
): Promise<Binary | Missed> {
  const unfit = await whyUnfit(path);
  if (unfit !== null) return missed(`the result of ${how}`, `${path} ${unfit}`, 'Try another of these ways.');
  const kept = join(cacheDir(surroundings), binaryName);
  await rename(path, kept);
  surroundings.say(`Temporal ${SERVER_VERSION} is installed at ${kept}`);
  return { kind: 'binary', path: kept, how };
}

/** What a killed process left; nobody else installs while we hold the lock. */
async function clearStaging(cache: string): Promise<void> {
  for (const name of await readdir(cache))
    if (name.startsWith(STAGING)) await rm(join(cache, name), { recursive: true, force: true });
}

async function inStaging<T>(surroundings: Surroundings, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(cacheDir(surroundings), STAGING));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Programs that tests talk to and that only Go builds: found in the cache, or built once for all checkouts. */
import { mkdir, mkdtemp, rename, rm, access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runErrand } from '../client/server/errand.ts';
import { exclusively, seconds } from '../client/server/exclusive.ts';
import type { Surroundings } from '../client/server/find.ts';
import { whereOnPath } from '../client/server/installed.ts';
import { cacheDir } from '../client/server/surroundings.ts';

export interface GoProgram {
  /** Its folder in the cache; names the version. */
  readonly folder: string;
  readonly name: string;
  /** For people, with how long it takes. */
  readonly what: string;
  /** Runs in `cwd`, or in the empty folder `staging`, and MUST leave a file `made` in `staging`. */
  readonly args: (staging: string) => readonly string[];
  readonly made: string;
  readonly cwd?: string;
}

const LONGEST_BUILD_MS = 30 * 60_000;

export function placeOf({ folder, name }: GoProgram, surroundings: Surroundings): string {
  return join(dirname(cacheDir(surroundings)), folder, name);
}

/** Where the program is. Throws when it is not there and cannot be built. */
export async function goProgram(program: GoProgram, surroundings: Surroundings): Promise<string> {
  const kept = placeOf(program, surroundings);
  const cache = dirname(kept);
  await mkdir(cache, { recursive: true });
  return exclusively(`${cache}.lock`, surroundings, async () => {
    const isThere = await access(kept).then(
      () => true,
      () => false,
    );
    if (!isThere) await build(program, cache, surroundings);
    return kept;
  });
}

async function build(program: GoProgram, cache: string, surroundings: Surroundings): Promise<void> {
  const { name, what, args, made, cwd } = program;
  const go = await whereOnPath('go', surroundings);
  if (go === null) throw new Error(`there is no ${name}, and no \`go\` on the PATH to build it with`);
  const staging = await mkdtemp(join(cache, 'staging-'));
  try {
    surroundings.say(what);
    const failure = await runErrand({
      command: go,
      args: args(staging),
      cwd: cwd ?? staging,
      env: { ...surroundings.env, GOBIN: staging, CGO_ENABLED: '0' },
      everyMs: surroundings.everyMs,
      look: (elapsed) => {
        surroundings.say(`${what}: ${seconds(elapsed)}`);
        return elapsed > LONGEST_BUILD_MS ? `it took longer than ${seconds(LONGEST_BUILD_MS)}` : null;
      },
    });
    if (failure !== null) throw new Error(`${what}: ${failure}`);
    await rename(join(staging, made), join(cache, name));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

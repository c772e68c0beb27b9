/** Way 4: the download that Temporal's SDK offers. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runErrand } from './errand.ts';
import { seconds } from './exclusive.ts';
import { SERVER_VERSION, type Surroundings } from './surroundings.ts';

/** Without a byte for this long, there is no network worth waiting for. */
const LONGEST_SILENCE_MS = 14_000;
const LOOK_EVERY_MS = 1000;

/** See `Surroundings.download`. `dir` must be empty. */
export async function downloadBySdk(dir: string, surroundings: Surroundings): Promise<string> {
  const script = fileURLToPath(new URL(`./download-process${extname(import.meta.url)}`, import.meta.url));
  let [size, grew, said] = [0, 0, 0];
  const failure = await runErrand({
    command: process.execPath,
    args: [script, dir, `v${SERVER_VERSION}`],
    cwd: dir,
    env: surroundings.env,
    everyMs: LOOK_EVERY_MS,
    look: async (elapsed) => {
      const now = await sizeOf(dir);
      if (now > size) [size, grew] = [now, elapsed];
      if (elapsed - said >= surroundings.everyMs) {
        said = elapsed;
        surroundings.say(`downloading Temporal ${SERVER_VERSION}: ${megabytes(size)}, ${seconds(elapsed)}`);
      }
      return elapsed - grew < LONGEST_SILENCE_MS ? null : `nothing arrived for ${seconds(elapsed - grew)}`;
    },
  });
  const [file] = (await readdir(dir)).filter((name) => name.startsWith(`temporal-v${SERVER_VERSION}`));
  if (file === undefined || file.endsWith('.downloading')) throw new Error(failure ?? 'it brought no file');
  return join(dir, file);
}

/** A file that gets its final name while we look counts as nothing this time. */
async function sizeOf(dir: string): Promise<number> {
  const sizes = (await readdir(dir)).map((name) =>
    stat(join(dir, name)).then(
      (file) => file.size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}

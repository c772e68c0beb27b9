/** What finding and installing a server depends on; given, so that each way can be tried apart. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The server that is installed when none is found: the newest one that `go install` can build. */
export const SERVER_VERSION = '1.5.1';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line of progress, for a person who waits. */
  say(line: string): void;
  /** How often a line is said while something takes long, milliseconds. */
  readonly everyMs: number;
  /** Leaves a server binary at a path inside `dir` and returns it; throws with the reason when it cannot. */
  download(dir: string, surroundings: Surroundings): Promise<string>;
}

export const binaryName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** Where installed servers are kept, outside any checkout. XDG Base Directory: a relative path is ignored. */
export function cacheDir({ env }: Pick<Surroundings, 'env'>): string {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg && isAbsolute(xdg) ? xdg : join(env['HOME'] || homedir(), '.cache');
  return join(base, 'cordon', `temporal-${SERVER_VERSION}`);
}

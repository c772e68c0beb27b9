/** A server's process: what it says, whether it still runs, and an orderly end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { signalGroup, tieToThisProcess } from './tie.ts';

const LONGEST_STOP_MS = 10_000;
const WORDS_KEPT = 15;

export interface ServerProcess {
  readonly pid: number;
  /** The last lines it wrote, on either stream; grows as it writes. */
  readonly words: readonly string[];
  hasEnded(): boolean;
  /** Asks, waits up to 10 s, then kills. Returns when the process has ended. */
  stop(): Promise<void>;
}

/** Throws when the program cannot be started at all. */
export async function launch(
  binary: string,
  args: readonly string[],
  log?: (line: string) => void,
): Promise<ServerProcess> {
  const child = spawn(binary, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const words = listen(child, log);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new Error(`the Temporal server ${binary} cannot be started: ${error.message}`);
  }
  child.once('exit', tieToThisProcess(pid));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    const ended = once(child, 'exit').then(() => 'ended');
    signalGroup(pid, 'SIGTERM');
    const patience = new AbortController();
    const late = wait(LONGEST_STOP_MS, 'late', { signal: patience.signal }).catch(() => 'ended');
    if ((await Promise.race([ended, late])) === 'late') signalGroup(pid, 'SIGKILL');
    patience.abort();
    await ended;
  };
  return { pid, words, hasEnded, stop };
}

function listen(child: ChildProcess, log?: (line: string) => void): string[] {
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log?.(line);
      words.push(line.slice(0, 500));
      if (words.length > WORDS_KEPT) words.shift();
    });
  }
  return words;
}

/** A child process that takes long: watched, limited, and gone when we are. */
import { spawn } from 'node:child_process';
import { signalGroup, tieToThisProcess } from './tie.ts';

const FAILURE = /error|fail|cannot|denied|not found/i;

export interface Errand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly everyMs: number;
  /** Called every `everyMs` with the milliseconds so far. A sentence ends the errand and becomes its failure. Must not throw. */
  look(elapsedMs: number): Promise<string | null> | string | null;
}

/** Null when it went well; else one line that says why not, from the child's own last words where it has any. */
export function runErrand(errand: Errand): Promise<string | null> {
  const { command, args, cwd, env } = errand;
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    const release = child.pid === undefined ? () => undefined : tieToThisProcess(child.pid);
    let words = '';
    child.stderr.on('data', (part: Buffer) => {
      words = (words + part.toString('utf8')).slice(-4000);
    });
    let stopped: string | null = null;
    const look = async (): Promise<void> => {
      const stop = await errand.look(performance.now() - started);
      if (stop === null || stopped !== null) return;
      stopped = stop;
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    };
    const looks = setInterval(() => void look(), errand.everyMs);
    const end = (failure: string | null): void => {
      clearInterval(looks);
      release();
      resolve(failure);
    };
    child.once('error', (error) => end(`${command} cannot be started (${error.message})`));
    child.once('close', (code) => end(stopped ?? (code === 0 ? null : lastWords(words))));
  });
}

/** The last line that sounds like a failure, without what a runtime puts around it. */
function lastWords(words: string): string {
  const lines = words.split('\n').map((line) => line.trim());
  const telling = lines.findLast((line) => FAILURE.test(line) && !line.startsWith('at '));
  const line = telling ?? lines.findLast((line) => line !== '') ?? 'it failed without a word';
  return line.replace(/^\[?(?:\w*Error: )+/, '').slice(0, 240);
}

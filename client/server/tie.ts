/** Child processes that end when we end, however we end. */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Ends the process group `pid` (a child started with `detached`, so that Ctrl-C reaches only us) as soon as
 * this process is gone, also when it is killed outright: a guard reads a pipe that only we hold open.
 * Returns what releases the tie; call it once the child has ended.
 */
export function tieToThisProcess(pid: number): () => void {
  if (process.platform === 'win32') {
    const end = (): void => void process.kill(pid);
    process.once('exit', end);
    return () => void process.off('exit', end);
  }
  const script = 'read -r _; kill -s TERM -- "-$0"; sleep 5; kill -s KILL -- "-$0"';
  const guard = spawn('/bin/sh', ['-c', script, String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as Socket).unref();
  return () => void guard.kill('SIGKILL');
}

/** Signals a whole group; silence when it has ended already. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It ended between our looking and our asking.
  }
}

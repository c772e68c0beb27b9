/**
 * A place for real programs of devices: processes, mounts and networks in namespaces that nobody else sees.
 *
 * L1 Everything in it is a child of its first process, which ends with this one, however this one ends.
 * L2 What it mounts, and the networks it names, are seen in it alone, and are gone with its last process.
 * L3 On this machine's own network it listens on loopback, at free ports.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SEARCH_PATH } from './programs.ts';

export interface Lab {
  /** A new folder of this name. Like all of the lab's, root's alone, and removed with the lab. */
  folder(name: string): string;
  /** What a program prints. Rejects when it does not end with 0. */
  run(program: string, args: readonly string[], env?: Variables): Promise<string>;
  succeeds(program: string, args: readonly string[]): Promise<boolean>;
  /** Starts a program that runs until the lab is closed; what it complains of is kept in `log`. */
  keep(program: string, args: readonly string[], env?: Variables): void;
  /** A network namespace of this name, with a loopback of its own. */
  network(name: string): Promise<string>;
  /** Rejects, with the last that programs complained of, where it does not come about in time. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  /** What was opened for it on this side ends with it. */
  atEnd(close: () => void): void;
  /** Nothing of it is left when this returns. Waits for no event, so that it serves at Ctrl-C too; again, it does nothing. */
  close(): void;
}

type Variables = { readonly [name: string]: string };

const FIRST =
  'mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/sshd && echo ready && exec sleep infinity';
const LONGEST_MS = 15_000;

/** Needs root on Linux, and `LAB_PROGRAMS`. The folder is made, and removed with the lab. */
export async function openLab(folder: string): Promise<Lab> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { holder, first, end } = await openNamespaces();
  const enter = [`--mount=/proc/${holder}/ns/mnt`, `--pid=/proc/${holder}/ns/pid_for_children`, '--'];
  const env = (more: Variables = {}): NodeJS.ProcessEnv => ({
    ...process.env,
    PATH: `${process.env['PATH'] ?? ''}:${SEARCH_PATH}`,
    ...more,
  });
  const log = join(folder, 'log');
  const complaints = openSync(log, 'a', 0o600);
  const ends: (() => void)[] = [];
  let closed = false;
  const lab: Lab = {
    folder(name) {
      const made = join(folder, name);
      mkdirSync(made, { mode: 0o700 });
      return made;
    },
    async run(program, args, more) {
      const called = promisify(execFile)('nsenter', [...enter, program, ...args], { env: env(more) });
      const { stdout } = await called.catch((error: { readonly stderr?: string }) => {
        throw new Error(`${[program, ...args].join(' ')}: ${lastLine(error.stderr ?? '') || 'it failed'}`);
      });
      return stdout;
    },
    succeeds: (program, args) =>
      lab.run(program, args).then(
        () => true,
        () => false,
      ),
    keep(program, args, more) {
      const stdio = ['ignore', 'ignore', complaints] as const;
      spawn('nsenter', [...enter, program, ...args], { stdio: [...stdio], env: env(more) }).unref();
    },
    async network(name) {
      await lab.run('ip', ['netns', 'add', name]);
      await lab.run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
      return name;
    },
    async until(what, holds) {
      const end = Date.now() + LONGEST_MS;
      while (Date.now() < end) {
        if (await holds()) return;
        await wait(50);
      }
      const last = lastLine(readFileSync(log, 'utf8'));
      throw new Error(`${what} did not come about${last ? `; last complaint: ${last}` : ''}`);
    },
    atEnd: (close) => void ends.push(close),
    close() {
      if (closed) return;
      closed = true;
      for (const one of ends.splice(0)) one();
      end();
      const until = Date.now() + LONGEST_MS;
      while (isAlive(first) && Date.now() < until) sleepFor(10);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
  return lab;
}

/** Whether root may do here what a lab needs; containers often let nobody. Throws nothing. */
export function canIsolate(): boolean {
  try {
    const alone = ['--mount', '--net', '--pid', '--fork', '--mount-proc', 'sh', '-c'];
    execFileSync('unshare', [...alone, 'mount -t tmpfs tmpfs /run && ip link set lo up'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

interface Namespaces {
  /** The process in whose name they are entered, and the first one in them, whose end is the end of all. */
  readonly holder: number;
  readonly first: number;
  /** Ends both. */
  end(): void;
}

async function openNamespaces(): Promise<Namespaces> {
  const unshare = [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    '-c',
    FIRST,
  ];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
    once(child, 'error').then(() => false),
  ]);
  const holder = child.pid;
  if (!ready || holder === undefined) throw new Error('this machine lets nobody make namespaces');
  child.unref();
  child.stdout.destroy();
  const first = Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(holder)], { encoding: 'utf8' }));
  return { holder, first, end: () => void child.kill('SIGKILL') };
}

/** A process that has ended may be listed until somebody asks what became of it. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function sleepFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

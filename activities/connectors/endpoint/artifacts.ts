/** What each kind of evidence consists of on a Linux device, in order of how soon it fades. */
import { command, script, type Command, type Shape } from '../ssh/command.ts';
import { commands } from '../ssh/command.ts';
import { got, type Got } from '../ssh/failure.ts';
import type { Endpoint } from './config.ts';

export type Kind = 'memory' | 'disk' | 'logs';

export interface Wanted {
  /** As the manifest lists it. */
  readonly name: string;
  readonly command: Command;
}

const MOST_BYTES = 16 * 1024 * 1024;
const LIMITS = { mostBytes: MOST_BYTES, longestMs: 60_000 } as const;

export const PROCESSES: Shape = {
  name: 'list processes',
  words: ['ps', '-eww', '-o', 'pid,ppid,user,lstart,args'],
  changes: false,
  ...LIMITS,
};
export const EXECUTABLES = script(
  'list executables',
  'for p in /proc/[0-9]*; do e=$(readlink "$p/exe" 2>/dev/null) && printf "%s %s\\n" "${p#/proc/}" "$e"; done',
  false,
  LIMITS,
);
export const SOCKETS = script(
  'list sockets',
  'ss -tunap 2>/dev/null || cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6',
  false,
  LIMITS,
);
export const MODULES: Shape = {
  name: 'list modules',
  words: ['cat', '/proc/modules'],
  changes: false,
  ...LIMITS,
};
export const MOUNTS: Shape = {
  name: 'list mounts',
  words: ['cat', '/proc/mounts'],
  changes: false,
  ...LIMITS,
};
export const FILE: Shape = {
  name: 'read a file',
  words: ['head', '-c', '8388608', null],
  changes: false,
  ...LIMITS,
};
export const LOG: Shape = {
  name: 'read a log',
  words: ['tail', '-c', '8388608', null],
  changes: false,
  ...LIMITS,
};

/** Refused when a configured path holds what no device is sent. */
export function wantedOf(kinds: readonly Kind[], { files, logs }: Endpoint): Got<readonly Wanted[]> {
  const all: (readonly [name: string, made: Got<Command>])[] = [];
  if (kinds.includes('memory'))
    all.push(
      ['processes.txt', command(PROCESSES)],
      ['executables.txt', command(EXECUTABLES)],
      ['sockets.txt', command(SOCKETS)],
      ['modules.txt', command(MODULES)],
    );
  if (kinds.includes('disk'))
    all.push(
      ['mounts.txt', command(MOUNTS)],
      ...files.map((path) => [`file:${path}`, command(FILE, [path])] as const),
    );
  if (kinds.includes('logs')) all.push(...logs.map((path) => [`log:${path}`, command(LOG, [path])] as const));
  const made = commands(all.map(([, one]) => one));
  if (made.kind !== 'got') return made;
  return got(all.flatMap(([name], at) => wanted(name, made.value[at])));
}

function wanted(name: string, made: Command | undefined): readonly Wanted[] {
  return made === undefined ? [] : [{ name, command: made }];
}

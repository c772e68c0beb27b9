/** Ends processes, each only while it is still the one that was meant: same start, same executable. */
import { TerminateProcesses } from '../../catalogue/device.ts';
import type { Deed } from '../deed.ts';
import { command, script } from '../ssh/command.ts';
import { afterSending, got, refused, unavailable, type Got } from '../ssh/failure.ts';
import { outputOf, withSession, type Session, type Trail } from '../ssh/session.ts';
import { nameOf } from '../ssh/target.ts';
import { deviceOf, type At } from './device.ts';

/**
 * `$1` process id, `$2` start in seconds, `$3` executable, `$4` look or end. Says gone, other, same, ended, or
 * survived. Kernel and osquery round differently, hence the two seconds.
 */
const TEXT = [
  'p=$1; want=$2; exe=$3; mode=$4',
  'here() { s=$(cat "/proc/$p/stat" 2>/dev/null) || return 1; set -- ${s##*) }; [ "$1" != Z ] || return 1; ticks=${20}; }',
  'here || { echo gone; exit 0; }',
  'hz=$(getconf CLK_TCK 2>/dev/null || echo 100)',
  'boot=$(while read -r k v; do [ "$k" = btime ] && echo "$v"; done </proc/stat)',
  'off=$((boot + ticks / hz - want)); [ "$off" -lt 0 ] && off=$((0 - off))',
  'now=$(readlink "/proc/$p/exe" 2>/dev/null); now=${now% (deleted)}',
  '[ "$off" -le 2 ] && [ "$now" = "$exe" ] || { echo other; exit 0; }',
  '[ "$mode" = end ] || { echo same; exit 0; }',
  'kill -KILL "$p" 2>/dev/null',
  'for i in 1 2 3 4 5 6 7 8 9 10; do here || { echo ended; exit 0; }; sleep 0.3 2>/dev/null || sleep 1; done',
  'echo survived',
].join('\n');

export const LOOK = script('look at a process', TEXT, false);
export const END = script('end a process', TEXT, true);

type Process = { readonly pid: number; readonly start_time: number; readonly path: string };

export const terminateProcesses: Deed<At, typeof TerminateProcesses> = {
  contract: TerminateProcesses,
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['SSH: read /proc, signal processes of all users'],
  async perform({ device_id, process_ids, processes }, { config, call }) {
    const device = deviceOf(config, device_id);
    if (device.kind !== 'got') return device;
    const meant = identified(process_ids, processes);
    if (meant.kind !== 'got') return meant;
    if (meant.value.length === 0) return { kind: 'done', output: { terminated: [], already_gone: [] } };
    const trail: Trail = { changeSent: false };
    const ended = await withSession(device.value.ssh, call, trail, (session) =>
      endAll(session, trail, meant.value),
    );
    return ended.kind === 'got' ? { kind: 'done', output: ended.value } : ended;
  },
};

function identified(ids: readonly number[], processes: readonly Process[]): Got<readonly Process[]> {
  const known = new Map(processes.map((one) => [one.pid, one]));
  const meant: Process[] = [];
  for (const pid of new Set(ids)) {
    const process = known.get(pid);
    if (process === undefined)
      return refused(
        'process_unidentified',
        `process ${pid} is named by its id only, which may belong to another one by now; pass its start and executable`,
      );
    meant.push({ ...process, path: process.path.replace(/ \(deleted\)$/, '') });
  }
  return got(meant);
}

interface Ended {
  readonly terminated: number[];
  readonly already_gone: number[];
}

/** All are looked at before the first is ended, so that one mistaken identity ends none. */
async function endAll(session: Session, trail: Trail, meant: readonly Process[]): Promise<Got<Ended>> {
  const result: Ended = { terminated: [], already_gone: [] };
  const alive: Process[] = [];
  for (const process of meant) {
    const said = await ask(session, trail, LOOK, process);
    if (said.kind !== 'got') return said;
    if (said.value === 'same') alive.push(process);
    else if (said.value === 'gone') result.already_gone.push(process.pid);
    else return changed(session, process, said.value);
  }
  for (const process of alive) {
    const said = await ask(session, trail, END, process);
    if (said.kind !== 'got') return said;
    if (said.value === 'ended') result.terminated.push(process.pid);
    else if (said.value === 'gone') result.already_gone.push(process.pid);
    else return afterSending(changed(session, process, said.value), trail.changeSent);
  }
  return got(result);
}

async function ask(
  session: Session,
  trail: Trail,
  shape: typeof LOOK,
  process: Process,
): Promise<Got<string>> {
  const { pid, start_time, path } = process;
  const mode = shape.changes ? 'end' : 'look';
  const made = command(shape, [String(pid), String(start_time), path, mode]);
  if (made.kind !== 'got') return made;
  const said = await outputOf(session, trail, made.value);
  return said.kind === 'got' ? got(said.value.trim()) : said;
}

function changed({ target }: Session, { pid }: Process, said: string): ReturnType<typeof refused> {
  switch (said) {
    case 'other':
      return refused(
        'process_changed',
        `process ${pid} of ${nameOf(target)} is no longer the one that was meant; detect again before ending anything`,
      );
    case 'survived':
      return refused(
        'process_survived',
        `process ${pid} of ${nameOf(target)} did not end; it may wait in the kernel`,
      );
    default:
      return unavailable(
        'device_unreadable',
        `${nameOf(target)} spoke of process ${pid} in a form we do not know`,
      );
  }
}

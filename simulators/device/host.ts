/** A Linux device: processes, files and logs, as far as forensics and ending processes go. */
import { EXECUTABLES, SOCKETS } from '../../activities/connectors/endpoint/artifacts.ts';
import { END } from '../../activities/connectors/endpoint/terminate.ts';
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';

export interface HostState {
  readonly processes: Map<number, { readonly start: number; readonly path: string }>;
  readonly files: Map<string, string>;
}

export function hostMachine({ processes, files }: HostState): (tell: Tell) => Machine {
  const read: Program = (args) => {
    const text = files.get(args.at(-1) ?? '');
    return text === undefined ? failed() : ok(text);
  };
  const list = (): string =>
    [...processes].map(([pid, { start, path }]) => `${pid} 1 root ${start} ${path}\n`).join('');
  return (tell) => ({
    name: 'host',
    programs: { tail: read, head: read, cat: read, ps: () => ok(list()) },
    scripts: [
      [EXECUTABLES, () => ok([...processes].map(([pid, { path }]) => `${pid} ${path}\n`).join(''))],
      [SOCKETS, () => ok('tcp ESTAB 0 0 10.0.0.5:40000 203.0.113.66:443\n')],
      [
        END,
        ([id = '', start = '', path, mode]) => {
          const found = processes.get(Number(id));
          if (found === undefined) return ok('gone\n');
          if (Math.abs(found.start - Number(start)) > 2 || found.path !== path) return ok('other\n');
          if (mode !== 'end') return ok('same\n');
          processes.delete(Number(id));
          tell(`process ${id} ended`);
          return ok('ended\n');
        },
      ],
    ],
  });
}

/** A device that an intruder is in, and the query log that shows it. */
export function compromisedHost(device: string, now: number): HostState {
  const miner = { pid: '4711', name: 'kworkerd', path: '/tmp/.x/kworkerd', start_time: String(now - 600) };
  const shell = { pid: '4712', name: 'bash', path: '/usr/bin/bash', start_time: String(now - 500) };
  const sshd = { pid: '812', name: 'sshd', path: '/usr/sbin/sshd', start_time: String(now - 90_000) };
  const entry = (name: string, rest: object): string =>
    JSON.stringify({
      name,
      hostIdentifier: device,
      calendarTime: new Date(now * 1000).toUTCString(),
      unixTime: now,
      epoch: 0,
      counter: 3,
      numerics: false,
      ...rest,
    });
  const added = (name: string, columns: object): string => entry(name, { columns, action: 'added' });
  const log = [
    added('processes', { ...sshd, cmdline: '/usr/sbin/sshd -D', on_disk: '1' }),
    added('processes', { ...miner, cmdline: '/tmp/.x/kworkerd --url beacon.evil.example:443', on_disk: '1' }),
    added('processes', { ...shell, cmdline: 'bash -i', on_disk: '1' }),
    added('open_sockets', { pid: '4711', remote_address: '203.0.113.66', remote_port: '443' }),
    entry('listening', { snapshot: [{ pid: '812', port: '22' }], action: 'snapshot' }),
  ];
  const process = ({ start_time, path }: typeof miner) => ({ start: Number(start_time), path });
  return {
    processes: new Map([
      [812, process(sshd)],
      [4711, process(miner)],
      [4712, process(shell)],
    ]),
    files: new Map([
      ['/var/log/osquery/osqueryd.results.log', `${log.join('\n')}\n`],
      ['/proc/modules', 'nf_tables 300000 0 - Live\n'],
      ['/proc/mounts', '/dev/vda1 / ext4 rw 0 0\n'],
      ['/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n'],
      ['/var/log/auth.log', 'Jan  5 09:00:00 host sshd[812]: Accepted publickey for root\n'],
    ]),
  };
}

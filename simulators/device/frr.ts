/** A router that runs FRR, as far as `vtysh` configures access lists, logging and its own terminal. */
import { createHash } from 'node:crypto';
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';

export interface FrrState {
  /** Lines of configuration; those of the terminal stand under `line vty`. */
  readonly lines: Set<string>;
  readonly terminal: Set<string>;
  passwordDigest: string | null;
}

export function frrMachine(state: FrrState): (tell: Tell) => Machine {
  return (tell) => ({
    name: 'router',
    programs: { vtysh: vtysh(state, tell), chpasswd: chpasswd(state, tell) },
  });
}

function vtysh(state: FrrState, tell: Tell): Program {
  return (args) => {
    const lines = args.filter((one) => one !== '-c');
    if (lines[0] === 'show running-config') return ok(running(state));
    if (lines[0] === 'write memory') return ok('[OK]\n');
    if (lines[0] !== 'configure terminal') return failed();
    let inTerminal = false;
    for (const line of lines.slice(1)) {
      if (line === 'line vty') inTerminal = true;
      else if (line === 'exit') inTerminal = false;
      else if (!enter(inTerminal ? state.terminal : state.lines, line)) return failed();
    }
    tell('configuration changed');
    return ok();
  };
}

/** What begins in the same way takes the place of what stands; `no` removes it. False: FRR does not know it. */
function enter(lines: Set<string>, line: string): boolean {
  const removing = line.startsWith('no ');
  const text = removing ? line.slice(3) : line;
  const known =
    /^(access-list \S+( seq \d+ (permit|deny) (any|[\d./]+))?|access-class( \S+)?|log syslog( \S+)?)$/;
  if (!known.test(text)) return false;
  const single = /^(access-class|log syslog)/.exec(text)?.[1];
  const stem = single ?? (removing ? `${text} ` : text);
  for (const one of lines) if (one === text || one.startsWith(stem)) lines.delete(one);
  if (!removing) lines.add(text);
  return true;
}

function running({ lines, terminal }: FrrState): string {
  const vty =
    terminal.size === 0 ? '' : `line vty\n${[...terminal].map((one) => ` ${one}\n`).join('')}exit\n!\n`;
  return `Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nhostname edge\n${[...lines].map((one) => `${one}\n`).join('')}!\n${vty}end\n`;
}

function chpasswd(state: FrrState, tell: Tell): Program {
  return (_args, input) => {
    const [, password] = /^[^:\n]+:([^\n]+)\n$/.exec(input) ?? [];
    if (password === undefined) return failed();
    const digest = createHash('sha256').update(password).digest('hex');
    if (digest !== state.passwordDigest) tell('the administrator’s password changed');
    state.passwordDigest = digest;
    return ok();
  };
}

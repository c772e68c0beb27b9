/**
 * FRR on Linux: its own configuration by `vtysh`. FRR filters routes and its own terminal, not packets, and knows
 * nothing of the host's other services: what it has no handle for is refused rather than passed over.
 */
import type { Json } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import { command, commands, type Command, type Shape } from '../ssh/command.ts';
import { got, refused, type Got } from '../ssh/failure.ts';
import { outputOf } from '../ssh/session.ts';
import type { Acl, Dialect, Direction, Logging, Services } from './dialect.ts';
import { parseRule } from './rule.ts';
import { parseRules } from './rules.ts';

const CONFIG: Shape = {
  name: 'read the configuration',
  words: ['vtysh', '-c', 'show running-config'],
  changes: false,
  mostBytes: 8 * 1024 * 1024,
};
const WRITE: Shape = {
  name: 'keep the configuration',
  words: ['vtysh', '-c', 'write memory'],
  changes: true,
};

const CLOSED = 'CORDON-CLOSED';

/** Lines of configuration, entered one after the other in one go. FRR stops at the first it does not know. */
function configure(lines: readonly string[]): Got<Command> {
  const words = ['configure terminal', ...lines].flatMap(() => ['-c', null]);
  const shape: Shape = { name: 'configure', words: ['vtysh', ...words], changes: true };
  return command(shape, ['configure terminal', ...lines]);
}

/** A part of the running configuration. It is written to disk once it is confirmed. */
function facet<S extends Acl | Services | Logging>(
  what: string,
  read: (settings: readonly string[]) => S,
  lines: (from: S, to: S) => Got<readonly string[]>,
): Facet<S> {
  return {
    what,
    persist: commands([command(WRITE)]),
    async read(session, trail) {
      const made = command(CONFIG);
      if (made.kind !== 'got') return made;
      const config = await outputOf(session, trail, made.value);
      return config.kind === 'got' ? got(read(settingsOf(config.value))) : config;
    },
    steps(from, to) {
      const made = lines(from, to);
      return made.kind === 'got' ? commands([configure(made.value)]) : made;
    },
  };
}

/** Each line under the block it stands in. */
function settingsOf(config: string): readonly string[] {
  const settings: string[] = [];
  let block = '';
  for (const line of config.split('\n')) {
    if (
      /^(!|end|exit|Building|Current|frr version)?\s*$/.test(line) ||
      /^(Building|Current|frr version|!)/.test(line)
    )
      continue;
    if (line.startsWith(' ')) settings.push(`${block} / ${line.trim()}`);
    else {
      block = line.trim();
      settings.push(block);
    }
  }
  return settings;
}

const telnet = facet<Services>(
  'access to the terminal over the network',
  (settings) => {
    const found = settings.flatMap((one) => /^line vty \/ access-class (\S+)$/.exec(one)?.[1] ?? []);
    return { telnet: found[0] ?? null };
  },
  (_from, { telnet }) =>
    got(
      typeof telnet === 'string'
        ? [`access-list ${CLOSED} seq 5 deny any`, 'line vty', `access-class ${telnet}`]
        : ['line vty', 'no access-class', 'exit', `no access-list ${CLOSED}`],
    ),
);

function listName(direction: Direction): string {
  return direction === 'inbound' ? 'CORDON-IN' : 'CORDON-OUT';
}

function aclFacet(direction: Direction): Facet<Acl> {
  const name = listName(direction);
  const form = new RegExp(`^access-list ${name} seq \\d+ (permit|deny) (\\S+)$`);
  return facet<Acl>(
    `the access list ${name}`,
    (settings) => ({
      rules: settings.flatMap((one) => {
        const [, action, from] = form.exec(one) ?? [];
        return action === undefined ? [] : [`${action} ip ${from} any`];
      }),
    }),
    (_from, { rules }) => {
      const lines = [`no access-list ${name}`];
      for (const [at, text] of rules.entries()) {
        const rule = parseRule(text);
        if (rule.kind !== 'got') return rule;
        lines.push(
          `access-list ${name} seq ${(at + 1) * 5} ${rule.value.action} ${rule.value.from ?? 'any'}`,
        );
      }
      return got(lines);
    },
  );
}

const loggingFacet = facet<Logging>(
  'logging',
  (settings) => {
    const [level] = settings.flatMap((one) => /^log syslog(?: (\S+))?$/.exec(one)?.[1] ?? []);
    return { level: level ?? null };
  },
  (_from, { level }) => got([typeof level === 'string' ? `log syslog ${level}` : 'no log syslog']),
);

/** FRR counts `errors`, `warnings`, `notifications`, `informational`, `debugging`. */
const LEVELS = {
  error: 'errors',
  warning: 'warnings',
  notice: 'notifications',
  informational: 'informational',
  debug: 'debugging',
} as const;

export const frr: Dialect = {
  config: CONFIG,
  settings: settingsOf,
  services(wanted) {
    const other = wanted.find((one) => one !== 'telnet');
    return other === undefined
      ? got(telnet)
      : refused(
          'service_unsupported',
          `FRR has no handle for ${other}, which is the host's own; switch it off there and leave it out here`,
        );
  },
  isOff: (_service, state: Json | undefined) => state === CLOSED,
  off: () => CLOSED,
  acl(direction, rules) {
    const parsed = parseRules(rules);
    if (parsed.kind !== 'got') return parsed;
    const other = parsed.value.find((one) => !/^(permit|deny) ip \S+ any$/.test(one));
    if (other !== undefined)
      return refused('rule_unsupported', `FRR filters by source alone: it cannot keep the rule "${other}"`);
    return got({ facet: aclFacet(direction), goal: () => ({ rules: parsed.value }) });
  },
  aclFacet,
  logging(server, level) {
    if (server !== 'localhost' && server !== '127.0.0.1')
      return refused(
        'log_server_unsupported',
        "FRR logs to its host's syslog, which forwards by its own settings; set that up there and name localhost here",
      );
    return got({ facet: loggingFacet, goal: () => ({ level: LEVELS[level] }) });
  },
  loggingFacet,
  setPassword: (user, password) =>
    command({ name: 'set the password', words: ['chpasswd'], changes: true }, [], `${user}:${password}\n`),
  firmware: null,
};

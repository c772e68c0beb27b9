/** Remote services of OpenWrt: some are listening options, some have an init script of their own. */
import type { Json } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import { command, commands, script, type Command } from '../ssh/command.ts';
import { got, type Got } from '../ssh/failure.ts';
import { outputOf, type Session, type Trail } from '../ssh/session.ts';
import type { Service } from './config.ts';
import type { Services } from './dialect.ts';
import { batch, init, readPackage, setOption } from './uci.ts';

type Way =
  | {
      readonly kind: 'option';
      readonly packageName: string;
      readonly option: string;
      readonly off: readonly string[] | null;
    }
  | { readonly kind: 'init'; readonly name: string };

const WAYS: { readonly [service in Service]: Way } = {
  http: { kind: 'option', packageName: 'uhttpd', option: 'uhttpd.main.listen_http', off: null },
  https: { kind: 'option', packageName: 'uhttpd', option: 'uhttpd.main.listen_https', off: null },
  // Bound to the inner network it is no longer reached from outside.
  ssh_external: {
    kind: 'option',
    packageName: 'dropbear',
    option: 'dropbear.@dropbear[0].Interface',
    off: ['lan'],
  },
  telnet: { kind: 'init', name: 'telnet' },
  snmp: { kind: 'init', name: 'snmpd' },
  upnp: { kind: 'init', name: 'miniupnpd' },
  ftp: { kind: 'init', name: 'vsftpd' },
};

export const INIT_STATE = script(
  'read the state of a service',
  's="/etc/init.d/$1"; [ -x "$s" ] || { echo absent; exit 0; }; if "$s" enabled; then echo on; else echo off; fi',
  false,
);

export function offOn(service: Service): Json {
  const way = WAYS[service];
  return way.kind === 'init' ? 'off' : way.off === null ? null : [...way.off];
}

/** What is not installed cannot be reached either. */
export function isOffOn(service: Service, state: Json | undefined): boolean {
  if (WAYS[service].kind === 'init') return state === 'off' || state === 'absent';
  return JSON.stringify(state ?? null) === JSON.stringify(offOn(service));
}

export function servicesFacet(wanted: readonly Service[]): Facet<Services> {
  return {
    what: `the services ${wanted.join(', ')}`,
    async read(session, trail) {
      const state: { [service: string]: Json } = {};
      for (const service of wanted) {
        const read = await readOne(session, trail, WAYS[service]);
        if (read.kind !== 'got') return read;
        state[service] = read.value;
      }
      return got(state as Services);
    },
    steps(from, to) {
      const moves = movesOf(wanted, from, to);
      const changes = moves.flatMap(([way, state]) =>
        way.kind === 'option' ? setOption(way.option, state) : [],
      );
      return commands([...batch(changes, packagesOf(moves)), ...takingEffect(moves)]);
    },
    settle: (from, to) => commands(takingEffect(movesOf(wanted, from, to))),
  };
}

async function readOne(session: Session, trail: Trail, way: Way): Promise<Got<Json>> {
  if (way.kind === 'option') {
    const settings = await readPackage(session, trail, way.packageName);
    if (settings.kind !== 'got') return settings;
    const values = settings.value.get(way.option);
    return got(values === undefined ? null : [...values]);
  }
  const made = command(INIT_STATE, [way.name]);
  if (made.kind !== 'got') return made;
  const said = await outputOf(session, trail, made.value);
  return said.kind === 'got' ? got(said.value.trim()) : said;
}

type Move = readonly [way: Way, to: Json];

function movesOf(wanted: readonly Service[], from: Services, to: Services): readonly Move[] {
  return wanted
    .filter((one) => JSON.stringify(from[one]) !== JSON.stringify(to[one]))
    .map((one) => [WAYS[one], to[one] ?? null]);
}

function packagesOf(moves: readonly Move[]): readonly string[] {
  return [...new Set(moves.flatMap(([way]) => (way.kind === 'option' ? [way.packageName] : [])))];
}

/** What is enabled reads as on, so enabling comes last, and disabling too. */
function takingEffect(moves: readonly Move[]): readonly Got<Command>[] {
  const switched = moves.flatMap(([way, to]) => {
    if (way.kind === 'option') return [];
    return to === 'on'
      ? [init(way.name, 'start'), init(way.name, 'enable')]
      : [init(way.name, 'stop'), init(way.name, 'disable')];
  });
  return [...switched, ...packagesOf(moves).map((one) => init(one, 'reload'))];
}

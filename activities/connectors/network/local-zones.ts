/** What Unbound answers for a list of domains: its local zones, as they run. */
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import { command, commands, type Command, type Shape } from '../ssh/command.ts';
import { outputOf } from '../ssh/session.ts';
import { got, type Got } from '../ssh/failure.ts';
import type { Resolver } from './config.ts';

/** Domain, in lower case and without the final dot, to the type of its zone; null: it has none. */
export type LocalZones = JsonObject & { readonly zones: { readonly [domain: string]: string | null } };

export const BLOCKED = 'always_nxdomain';

const shape = (name: string, verb: string, changes: boolean): Shape => ({
  name,
  words: ['unbound-control', '-c', null, verb],
  changes,
  mostBytes: 16 * 1024 * 1024,
});
const LIST = shape('list local zones', 'list_local_zones', false);
// Both take a list on standard input, so a thousand domains are one command.
const SET = shape('set local zones', 'local_zones', true);
const REMOVE = shape('remove local zones', 'local_zones_remove', true);

export function localZones(resolver: Resolver, domains: readonly string[]): Facet<LocalZones> {
  const file = resolver.controlConfig ?? '/etc/unbound/unbound.conf';
  return {
    what: 'the blocked domains',
    async read(session, trail) {
      const made = command(LIST, [file]);
      if (made.kind !== 'got') return made;
      const listed = await outputOf(session, trail, made.value);
      if (listed.kind !== 'got') return listed;
      const types = new Map(listed.value.split('\n').map(zoneIn));
      return got({ zones: Object.fromEntries(domains.map((one) => [one, types.get(one) ?? null])) });
    },
    steps(from, to) {
      const moves = Object.entries(to.zones).filter(([domain, type]) => from.zones[domain] !== type);
      const set = moves.flatMap(([domain, type]) => (type === null ? [] : [`${domain} ${type}`]));
      const gone = moves.flatMap(([domain, type]) => (type === null ? [domain] : []));
      return commands([...lines(SET, file, set), ...lines(REMOVE, file, gone)]);
    },
  };
}

/** `example.com. static` */
function zoneIn(line: string): readonly [domain: string, type: string] {
  const [domain = '', type = ''] = line.trim().split(/\s+/);
  return [domain.replace(/\.$/, '').toLowerCase(), type];
}

function lines(shape: Shape, file: string, items: readonly string[]): readonly Got<Command>[] {
  return items.length === 0 ? [] : [command(shape, [file], `${items.join('\n')}\n`)];
}

/** What was saved for undo, if it has the form; the types are Unbound's own words. */
export function zonesIn(saved: JsonObject): LocalZones | null {
  const { zones } = saved;
  const fits =
    isObject(zones) &&
    Object.values(zones).every((one) => one === null || (typeof one === 'string' && /^[a-z_]+$/.test(one)));
  return fits ? (saved as LocalZones) : null;
}

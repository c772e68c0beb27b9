/** The VLAN tag of one port of Open vSwitch. */
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import { command, commands, type Shape } from '../ssh/command.ts';
import { got, refused, unavailable, type Got } from '../ssh/failure.ts';
import { nameOf } from '../ssh/target.ts';

export type PortTag = JsonObject & { readonly vlan: number | null };

const READ: Shape = {
  name: 'read the VLAN of a port',
  words: ['ovs-vsctl', '--timeout=10', 'get', 'port', null, 'tag', 'trunks'],
  changes: false,
};
const SET: Shape = {
  name: 'set the VLAN of a port',
  words: ['ovs-vsctl', '--timeout=10', 'set', 'port', null, null],
  changes: true,
};
const CLEAR: Shape = {
  name: 'clear the VLAN of a port',
  words: ['ovs-vsctl', '--timeout=10', 'clear', 'port', null, 'tag'],
  changes: true,
};

export function portTag(port: string): Facet<PortTag> {
  return {
    what: `the VLAN of port ${port}`,
    async read(session) {
      const made = command(READ, [port]);
      if (made.kind !== 'got') return made;
      const ran = await session.run(made.value);
      if (ran.kind !== 'got') return ran;
      const name = nameOf(session.target);
      if (ran.value.code !== 0)
        return refused('port_unknown', `${name} has no port ${port}, or Open vSwitch does not answer there`);
      return tagIn(name, port, ran.value.stdout);
    },
    steps: (_from, { vlan }) =>
      commands([vlan === null ? command(CLEAR, [port]) : command(SET, [port, `tag=${vlan}`])]),
  };
}

function tagIn(name: string, port: string, printed: string): Got<PortTag> {
  const [tag = '', trunks = ''] = printed.trim().split('\n');
  if (trunks !== '[]')
    return refused(
      'port_is_trunk',
      `port ${port} of ${name} is a trunk: moving it would cut off more than one device`,
    );
  if (tag === '[]') return got({ vlan: null });
  const vlan = /^\d{1,4}$/.test(tag) ? Number(tag) : null;
  return vlan === null
    ? unavailable('device_unreadable', `${name} shows the VLAN of port ${port} in a form we do not know`)
    : got({ vlan });
}

/** One address in an nftables set whose members may not talk to anyone. */
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import { command, commands, type Shape } from '../ssh/command.ts';
import { got, refused, unavailable } from '../ssh/failure.ts';
import { nameOf } from '../ssh/target.ts';
import type { Firewall } from './config.ts';

export type Quarantined = JsonObject & { readonly listed: boolean };

const LIST: Shape = {
  name: 'list the quarantine set',
  words: ['nft', '-j', 'list', 'set', null, null, null],
  changes: false,
  mostBytes: 8 * 1024 * 1024,
};
const element = (verb: 'add' | 'delete', name: string): Shape => ({
  name,
  words: ['nft', verb, 'element', null, null, null, '{', null, '}'],
  changes: true,
});
const ADD = element('add', 'add to the quarantine set');
const DELETE = element('delete', 'delete from the quarantine set');

export function quarantine({ family, table, set }: Firewall, address: string): Facet<Quarantined> {
  return {
    what: `the quarantine of ${address}`,
    async read(session) {
      const made = command(LIST, [family, table, set]);
      if (made.kind !== 'got') return made;
      const ran = await session.run(made.value);
      if (ran.kind !== 'got') return ran;
      const name = nameOf(session.target);
      if (ran.value.code !== 0)
        return refused(
          'set_unknown',
          `${name} has no nftables set ${family} ${table} ${set}; create it with its rule`,
        );
      const members = membersIn(ran.value.stdout);
      return members === null
        ? unavailable('device_unreadable', `${name} lists the set ${set} in a form we do not know`)
        : got({ listed: members.includes(address) });
    },
    steps: (_from, { listed }) => commands([command(listed ? ADD : DELETE, [family, table, set, address])]),
  };
}

/** From `nft -j list set`; null for anything else. */
function membersIn(printed: string): readonly string[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(printed);
  } catch {
    return null;
  }
  if (!isObject(parsed) || !Array.isArray(parsed['nftables'])) return null;
  const sets = (parsed['nftables'] as readonly unknown[]).flatMap((one) =>
    isObject(one) && isObject(one['set']) ? [one['set']] : [],
  );
  const [only] = sets;
  if (only === undefined) return null;
  const elements: unknown = only['elem'] ?? [];
  if (!Array.isArray(elements)) return null;
  // With a comment or a time limit an element is wrapped.
  return elements.flatMap((one: unknown) => {
    const value = isObject(one) && isObject(one['elem']) ? one['elem']['val'] : one;
    return typeof value === 'string' ? [value] : [];
  });
}

/** Makes every configured resolver answer that the intruder's domains do not exist. */
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import { BlockDomains } from '../../catalogue/device.ts';
import type { Undo, Undone } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { bring } from '../ssh/bring.ts';
import { afterSending, refused } from '../ssh/failure.ts';
import { nameOf } from '../ssh/target.ts';
import { cannotUndo, readSaved, savedFor, takeBack, wordIn } from '../ssh/undo.ts';
import type { NetworkConfig } from './config.ts';
import type { At } from './isolate.ts';
import { BLOCKED, localZones, zonesIn, type LocalZones } from './local-zones.ts';

export const blockDomains = (config: NetworkConfig): Deed<At, typeof BlockDomains> => ({
  contract: BlockDomains,
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['SSH: unbound-control list_local_zones, local_zones, local_zones_remove'],
  undo: undoOf(config),
  async perform({ domains }, { call }) {
    const { resolvers } = config;
    if (resolvers.length === 0)
      return refused('no_resolver', 'no resolver is configured; list yours in connectors.network.resolvers');
    const wanted = [...new Set(domains.map((one) => one.toLowerCase()))];
    if (wanted.length === 0) return { kind: 'done', output: { blocked: [], already_blocked: [] } };
    const goal = (): LocalZones => ({ zones: Object.fromEntries(wanted.map((one) => [one, BLOCKED])) });
    const saved: JsonObject[] = [];
    const blocked = new Set<string>();
    for (const resolver of resolvers) {
      const facet = localZones(resolver, wanted);
      const always = { target: resolver.ssh, call, revertSeconds: null, purpose: 'do' } as const;
      const brought = await bring<LocalZones>({ ...always, facet, goal });
      if (brought.kind !== 'got') return afterSending(brought, saved.length > 0);
      const { undo } = savedFor({ at: nameOf(resolver.ssh) }, brought.value);
      if (undo !== undefined) saved.push(undo);
      const { zones } = brought.value.before;
      for (const domain of wanted) if (zones[domain] !== BLOCKED) blocked.add(domain);
    }
    return {
      kind: 'done',
      output: { blocked: [...blocked], already_blocked: wanted.filter((one) => !blocked.has(one)) },
      ...(saved.length === 0 ? {} : { undo: { resolvers: saved } }),
    };
  },
});

function undoOf(config: NetworkConfig): Undo {
  return {
    class: 'A',
    describe(saved) {
      const all = listIn(saved).flatMap((one) => {
        const read = readSaved(one);
        const zones = read === null ? null : zonesIn(read.before);
        return zones === null ? [] : Object.keys(zones.zones);
      });
      const domains = [...new Set(all)];
      return `${domains.length} domain(s) are answered again as before, at ${listIn(saved).length} resolver(s)`;
    },
    async perform(saved, call) {
      const said: Undone[] = [];
      for (const one of listIn(saved)) {
        const read = readSaved(one);
        const before = read === null ? null : zonesIn(read.before);
        const after = read === null ? null : zonesIn(read.after);
        if (read === null || before === null || after === null)
          return cannotUndo('what was saved is not what blocking domains saves');
        const at = wordIn(read.place, 'at');
        const resolver = config.resolvers.find(({ ssh }) => nameOf(ssh) === at);
        if (resolver === undefined)
          return cannotUndo(`${at} is no longer configured in connectors.network.resolvers`);
        const facet = localZones(resolver, Object.keys(before.zones));
        const always = { target: resolver.ssh, call, revertSeconds: null };
        const undone = await takeBack({ ...always, facet, saved: { before, after } });
        if (undone.kind !== 'done') return undone;
        said.push(undone.output);
      }
      const changed = said.some((one) => one.changed);
      return { kind: 'done', output: { changed, now: said.map(({ now }) => now).join('; ') } };
    },
  };
}

function listIn(saved: JsonObject): readonly JsonObject[] {
  const list: Json | undefined = saved['resolvers'];
  return Array.isArray(list) ? list.filter((one): one is JsonObject => isObject(one)) : [];
}

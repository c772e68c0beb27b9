/** A firewall that runs nftables, as far as one set of addresses goes. */
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';

export interface FirewallState {
  readonly set: string;
  readonly members: Set<string>;
}

export function firewallMachine(state: FirewallState): (tell: Tell) => Machine {
  return (tell) => ({ name: 'firewall', programs: { nft: nft(state, tell) } });
}

function nft({ set, members }: FirewallState, tell: Tell): Program {
  return (args) => {
    const words = args.filter((one) => one !== '-j' && one !== '{' && one !== '}');
    const [verb, what, family, table, name, address = ''] = words;
    if (`${family} ${table} ${name}` !== set) return failed();
    if (verb === 'list' && what === 'set') {
      const elem = members.size === 0 ? {} : { elem: [...members] };
      return ok(JSON.stringify({ nftables: [{ metainfo: {} }, { set: { family, table, name, ...elem } }] }));
    }
    if (verb === 'add') {
      members.add(address);
      tell(`${address} put into the quarantine set`);
      return ok();
    }
    if (verb !== 'delete' || !members.delete(address)) return failed();
    tell(`${address} taken out of the quarantine set`);
    return ok();
  };
}

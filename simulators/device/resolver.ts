/** A resolver that runs Unbound, as far as its local zones go. */
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';

export interface ResolverState {
  /** Domain without final dot to the type of its zone. */
  readonly zones: Map<string, string>;
}

export function resolverMachine(state: ResolverState): (tell: Tell) => Machine {
  return (tell) => ({ name: 'resolver', programs: { 'unbound-control': control(state, tell) } });
}

function control({ zones }: ResolverState, tell: Tell): Program {
  return ([, , verb], input) => {
    const given = input.split('\n').filter((line) => line !== '');
    switch (verb) {
      case 'list_local_zones':
        return ok([...zones].map(([domain, type]) => `${domain}. ${type}\n`).join(''));
      case 'local_zones':
        for (const line of given) {
          const [domain = '', type = ''] = line.split(' ');
          zones.set(domain, type);
          tell(`${domain} is answered as ${type}`);
        }
        return ok(`added ${given.length} zones\n`);
      case 'local_zones_remove':
        for (const domain of given) {
          zones.delete(domain);
          tell(`${domain} is answered as everywhere`);
        }
        return ok(`removed ${given.length} zones\n`);
      default:
        return failed();
    }
  };
}

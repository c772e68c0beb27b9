/** A switch that runs Open vSwitch, as far as port tags go. */
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';

export interface SwitchState {
  /** Port to VLAN; null: no tag. */
  readonly ports: Map<string, number | null>;
  readonly trunks?: ReadonlySet<string>;
}

export function switchMachine(state: SwitchState): (tell: Tell) => Machine {
  return (tell) => ({ name: 'switch', programs: { 'ovs-vsctl': vsctl(state, tell) } });
}

function vsctl({ ports, trunks }: SwitchState, tell: Tell): Program {
  return (args) => {
    const [verb, table, port = '', change = ''] = args.filter((one) => !one.startsWith('--'));
    const tag = ports.get(port);
    if (table !== 'port' || tag === undefined) return failed();
    switch (verb) {
      case 'get':
        return ok(`${tag ?? '[]'}\n${trunks?.has(port) === true ? '[10, 20]' : '[]'}\n`);
      case 'set': {
        const vlan = Number(/^tag=(\d+)$/.exec(change)?.[1]);
        if (!(vlan >= 0 && vlan <= 4095)) return failed();
        ports.set(port, vlan);
        tell(`port ${port} moved to VLAN ${vlan}`);
        return ok();
      }
      case 'clear':
        ports.set(port, null);
        tell(`port ${port} has no VLAN any more`);
        return ok();
      default:
        return failed();
    }
  };
}

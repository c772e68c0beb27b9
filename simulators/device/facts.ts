/** What the devices of a site say of themselves, in the words of whoever asked them. */
import { ask, listens } from './ask.ts';
import type { SimulatedDevice } from './server.ts';

export interface Fact {
  readonly asked: string;
  readonly answer: string;
  /** Whether an undo of the run gives it back. */
  readonly comesBack: boolean;
}

/** Where a device's port, its processes and the intruder's domain are looked at. */
export interface DeviceEnds {
  readonly device: string;
  readonly port: string;
  readonly domain: string;
  readonly host: SimulatedDevice;
  readonly switch: SimulatedDevice;
  readonly resolver: SimulatedDevice;
}

export async function deviceFacts(ends: DeviceEnds): Promise<readonly Fact[]> {
  const [[tag = ''], [zones = ''], [processes = '']] = await Promise.all([
    ask(ends.switch, `ovs-vsctl --timeout=10 get port ${ends.port} tag`),
    ask(ends.resolver, 'unbound-control -c /etc/unbound/unbound.conf list_local_zones'),
    ask(ends.host, 'ps -eww -o pid,ppid,user,lstart,args'),
  ]);
  const vlan = linesOf(tag)[0] ?? '[]';
  const blocked = linesOf(zones).includes(`${ends.domain}. always_nxdomain`);
  const running = linesOf(processes).map((line) => line.split(' ')[0] ?? '');
  return [
    fact(`switch, port of ${ends.device}`, vlan === '[]' ? 'no VLAN' : `VLAN ${vlan}`),
    fact(`resolver, ${ends.domain}`, blocked ? 'does not exist' : 'answered'),
    { ...fact(`${ends.device}, processes`, running.join(' ')), comesBack: false },
  ];
}

export interface RouterEnds {
  readonly router: SimulatedDevice;
  readonly ports: { readonly [service: string]: number };
}

export async function routerFacts({ router, ports }: RouterEnds): Promise<readonly Fact[]> {
  const [packages, telnet, http] = await Promise.all([
    ask(router, 'uci show firewall', 'uci show dropbear', 'uci show system', 'cat /etc/openwrt_release'),
    listens(ports['telnet'] ?? 0),
    listens(ports['http'] ?? 0),
  ]);
  const [firewall = '', dropbear = '', system = '', release = ''] = packages;
  const rules = linesOf(firewall).filter((line) => /^firewall\.cordon_in_\d+=rule$/.test(line)).length;
  const log = /\.log_ip='([^']*)'/.exec(system)?.[1];
  const version = /^DISTRIB_RELEASE='([^']*)'/m.exec(release)?.[1];
  const bound = /\.Interface='([^']*)'/.exec(dropbear)?.[1];
  return [
    fact('telnet', telnet ? 'listens' : 'closed'),
    fact('http', http ? 'listens' : 'closed'),
    fact('ssh', bound === undefined ? 'everywhere' : `${bound} only`),
    fact('rules for what comes in', rules === 0 ? 'none' : String(rules)),
    fact('log', log === undefined ? 'stays here' : `to ${log}`),
    { ...fact('firmware', version ?? 'unknown'), comesBack: false },
  ];
}

function fact(asked: string, answer: string): Fact {
  return { asked, answer, comesBack: true };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

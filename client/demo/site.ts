/** On what devices a demo is shown: real ones in namespaces of this machine where they can be had, else simulated ones. */
import { NETWORKS, type Network } from '../../simulators/network/index.ts';
import { canIsolate } from '../../simulators/network/lab.ts';
import { packagesOf, whereIs, type Program } from '../../simulators/network/programs.ts';

export const SITES = ['simulated', 'real'] as const;
export type SiteName = (typeof SITES)[number];
export type Sited = keyof typeof NETWORKS;

/** What a choice depends on. */
export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  has(program: Program): boolean;
  /** Whether it lets us make namespaces, which containers often do not. Asked of root only. */
  isolates(): boolean;
}

/** `says`: which and why, and what would change it. */
export type SiteChoice =
  | { readonly kind: 'real'; readonly network: Network; readonly says: string }
  | { readonly kind: 'simulated'; readonly says: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** Without a wish, real devices where nothing is in their way. */
export function chooseSite(name: Sited, wish: SiteName | null, machine: Machine): SiteChoice {
  if (wish === 'simulated') return { kind: 'simulated', says: `${SIMULATED}, as you asked` };
  const found = networkFor(name, machine);
  if ('open' in found) {
    const { what, standIns } = found;
    const says = [
      `site: real devices in namespaces of their own: ${what}`,
      WITHOUT,
      ...(standIns === null ? [] : [standIns]),
    ];
    return { kind: 'real', network: found, says: says.join('\n  ') };
  }
  const { why, remedy } = found;
  return wish === 'real'
    ? {
        kind: 'refused',
        problem: `--site real: ${why}; ${remedy}, or leave --site out for simulated devices`,
      }
    : { kind: 'simulated', says: `${SIMULATED}, because ${why}\n  for real ones, ${remedy}` };
}

const SIMULATED = 'site: simulated devices on loopback';
const WITHOUT = 'because you are root and they are installed; --site simulated does without';

interface Hindrance {
  readonly why: string;
  readonly remedy: string;
}

/** The first whose programs are all there; where there is none, what the first of them lacks. */
function networkFor(name: Sited, machine: Machine): Network | Hindrance {
  if (machine.platform !== 'linux') return { why: 'this is not Linux', remedy: 'run it on Linux as root' };
  if (!machine.isRoot) return { why: 'you are not root', remedy: 'run it as root' };
  const networks: readonly [Network, ...Network[]] = NETWORKS[name];
  const absentOf = ({ programs }: Network) => programs.filter((one) => !machine.has(one));
  const network = networks.find((one) => absentOf(one).length === 0);
  if (network === undefined) {
    const absent = absentOf(networks[0]);
    return {
      why: `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not installed`,
      remedy: `apt-get install ${packagesOf(absent).join(' ')} (docs/devices.md says how without starting services)`,
    };
  }
  return machine.isolates()
    ? network
    : { why: 'this machine lets nobody make namespaces', remedy: 'give it CAP_SYS_ADMIN and CAP_NET_ADMIN' };
}

export function ownMachine(): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    has: (program) => whereIs(program) !== null,
    isolates: canIsolate,
  };
}

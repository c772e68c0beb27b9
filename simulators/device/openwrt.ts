/** A router that runs OpenWrt: settings, init scripts, a password, two images. Its services listen for real. */
import { createHash } from 'node:crypto';
import { INIT_STATE } from '../../activities/connectors/router/openwrt-services.ts';
import { SHOW } from '../../activities/connectors/router/uci.ts';
import { openwrt } from '../../activities/connectors/router/openwrt.ts';
import { failed, ok, type Machine, type Program, type Tell } from './machine.ts';
import { showPackage, uciProgram, type UciStore } from './uci.ts';

export interface OpenwrtState {
  readonly uci: UciStore;
  /** Init script to whether it is enabled; what is missing is not installed. */
  readonly scripts: Map<string, boolean>;
  /** SHA-256 of the administrator's password; null: never set. */
  passwordDigest: string | null;
  version: string;
  readonly secondImage: boolean;
  /** What the web holds, by URL: the image's bytes, and the version it becomes. */
  readonly images: ReadonlyMap<string, { readonly bytes: string; readonly version: string }>;
}

export function openRouter(over: Partial<OpenwrtState> = {}): OpenwrtState {
  return {
    uci: new Map<string, readonly string[]>([
      ['system.@system[0]', ['system']],
      ['system.@system[0].hostname', ['edge']],
      ['dropbear.@dropbear[0]', ['dropbear']],
      ['dropbear.@dropbear[0].Port', ['22']],
      ['uhttpd.main', ['uhttpd']],
      ['uhttpd.main.listen_http', ['0.0.0.0:80', '[::]:80']],
      ['uhttpd.main.listen_https', ['0.0.0.0:443']],
      ['firewall.@defaults[0]', ['defaults']],
      ['firewall.@defaults[0].input', ['ACCEPT']],
    ]),
    scripts: new Map([
      ['telnet', true],
      ['snmpd', false],
    ]),
    passwordDigest: null,
    version: '23.05.2',
    secondImage: true,
    images: new Map(),
    ...over,
  };
}

export function openwrtMachine(state: OpenwrtState): (tell: Tell) => Machine {
  return (tell) => {
    let staged: string | null = null;
    const image = (): string | undefined => (staged === null ? undefined : state.images.get(staged)?.bytes);
    const scripts = ['telnet', 'snmpd', 'miniupnpd', 'vsftpd', 'uhttpd', 'dropbear', 'firewall', 'log'];
    return {
      name: 'router',
      programs: {
        uci: uciProgram(state.uci, tell),
        passwd: password(state, tell),
        cat: () => ok(`DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='${state.version}'\n`),
        wget: (args) => {
          staged = args.at(-1) ?? null;
          return image() === undefined ? failed(4) : ok();
        },
        sha256sum: () => ok(`${sha256(image() ?? '')}  /tmp/cordon-firmware.bin\n`),
        sysupgrade: ([verb]) => {
          const next = staged === null ? undefined : state.images.get(staged);
          if (next === undefined) return failed();
          if (verb === '-T') return ok();
          state.version = next.version;
          tell(`firmware ${next.version} installed`);
          return ok();
        },
        ...Object.fromEntries(scripts.map((one) => [`/etc/init.d/${one}`, init(state, one, tell)])),
      },
      scripts: [
        [SHOW, ([name = '']) => showPackage(state.uci, name)],
        [
          INIT_STATE,
          ([name = '']) => {
            const enabled = state.scripts.get(name);
            return ok(enabled === undefined ? 'absent\n' : enabled ? 'on\n' : 'off\n');
          },
        ],
        ...(openwrt.firmware === null
          ? []
          : [[openwrt.firmware.secondImage, () => (state.secondImage ? ok() : failed())] as const]),
      ],
    };
  };
}

function init({ scripts }: OpenwrtState, name: string, tell: Tell): Program {
  return ([verb]) => {
    if (verb === 'reload' || verb === 'restart') return ok();
    if (!scripts.has(name)) return failed(127);
    const on = verb === 'enable' || verb === 'start';
    const was = scripts.get(name);
    scripts.set(name, on);
    // Whoever is told looks at the state, so it must be the new one.
    if (was !== on) tell(`service ${name} ${on ? 'on' : 'off'}`);
    return ok();
  };
}

function password(state: OpenwrtState, tell: Tell): Program {
  return (_args, input) => {
    const [first = '', second] = input.split('\n');
    if (first === '' || first !== second) return failed();
    const digest = sha256(first);
    if (digest !== state.passwordDigest) tell('the administrator’s password changed');
    state.passwordDigest = digest;
    return ok();
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

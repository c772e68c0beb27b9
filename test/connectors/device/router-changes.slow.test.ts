import type { Router } from '../../../activities/connectors/router/config.ts';
import { createRouter } from '../../../activities/connectors/router/index.ts';
import type { SshTarget } from '../../../activities/connectors/ssh/target.ts';
import { frrMachine, type FrrState } from '../../../simulators/device/frr.ts';
import { openRouter, openwrtMachine, type OpenwrtState } from '../../../simulators/device/openwrt.ts';
import { startDevice, type SimulatedDevice } from '../../../simulators/device/server.ts';
import { changesOverSsh, type Scene, type Subject } from './changes.ts';
import { memoryEvidence, targetOf, type Vault } from './world.ts';

function connectorFor(device: SimulatedDevice, vault: Vault, dialect: Router['dialect']) {
  return (over?: Partial<SshTarget>) => {
    const ssh = targetOf(device, vault, over);
    const router = { address: '192.0.2.10', dialect, ssh, adminUser: 'root', revertSeconds: 1, ports: {} };
    return createRouter({ routers: [router], firmware: [] }, memoryEvidence());
  };
}

async function openwrtScene(vault: Vault, meddle: (state: OpenwrtState) => void): Promise<Scene> {
  const state = openRouter();
  const device = await startDevice(openwrtMachine(state));
  return {
    device,
    connect: connectorFor(device, vault, 'openwrt'),
    state: () => ({ uci: Object.fromEntries(state.uci), scripts: Object.fromEntries(state.scripts) }),
    meddle: () => meddle(state),
  };
}

async function frrScene(vault: Vault, meddle: (state: FrrState) => void): Promise<Scene> {
  const state: FrrState = {
    lines: new Set(['ip forwarding-of-ours']),
    terminal: new Set(),
    passwordDigest: null,
  };
  const device = await startDevice(frrMachine(state));
  return {
    device,
    connect: connectorFor(device, vault, 'frr'),
    state: () => ({ lines: [...state.lines], terminal: [...state.terminal] }),
    meddle: () => meddle(state),
  };
}

const elsewhere = { router_ip: '192.0.2.99' };
const services = ['telnet', 'http', 'ssh_external', 'upnp'];
const rules = ['deny  tcp any any eq 23', 'permit ip 10.0.0.0/8 any'];

const subjects: readonly (readonly [name: string, subject: Subject])[] = [
  [
    'OpenWrt: switching remote services off',
    {
      type: 'DisableRouterService',
      input: { router_ip: '192.0.2.10', services },
      output: { disabled: ['telnet', 'http', 'ssh_external'], already_disabled: ['upnp'] },
      already: { disabled: [], already_disabled: services },
      missing: [{ ...elsewhere, services }, 'router_unknown'],
      change: 'uci -q batch',
      undoSays: 'the services telnet, http, ssh_external, upnp of router 192.0.2.10',
      open: (vault) =>
        openwrtScene(vault, ({ uci }) => void uci.set('uhttpd.main.listen_http', ['127.0.0.1:8080'])),
    },
  ],
  [
    'OpenWrt: access rules',
    {
      type: 'ApplyACL',
      input: { router_ip: '192.0.2.10', rules, direction: 'inbound' },
      output: { applied: 2, already_present: 0 },
      already: { applied: 0, already_present: 2 },
      missing: [{ ...elsewhere, rules, direction: 'inbound' }, 'router_unknown'],
      change: 'uci -q batch',
      undoSays: 'the inbound access rules',
      open: (vault) =>
        openwrtScene(vault, ({ uci }) => void uci.set('firewall.cordon_in_0.dest_port', ['2323'])),
    },
  ],
  [
    'OpenWrt: the log server',
    {
      type: 'EnableRouterLogging',
      input: { router_ip: '192.0.2.10', syslog_server: 'syslog.example', log_level: 'informational' },
      output: { enabled: true },
      already: { enabled: true },
      missing: [{ ...elsewhere, syslog_server: 'a', log_level: 'debug' }, 'router_unknown'],
      change: 'uci -q batch',
      undoSays: 'the log server',
      open: (vault) =>
        openwrtScene(vault, ({ uci }) => void uci.set('system.@system[0].log_ip', ['203.0.113.9'])),
    },
  ],
  [
    'FRR: the terminal over the network',
    {
      type: 'DisableRouterService',
      input: { router_ip: '192.0.2.10', services: ['telnet'] },
      output: { disabled: ['telnet'], already_disabled: [] },
      already: { disabled: [], already_disabled: ['telnet'] },
      missing: [{ router_ip: '192.0.2.10', services: ['telnet', 'http'] }, 'service_unsupported'],
      change: 'configure terminal',
      undoSays: 'the services telnet',
      open: (vault) =>
        frrScene(vault, ({ terminal }) => {
          terminal.clear();
          terminal.add('access-class SOMEBODY');
        }),
    },
  ],
  [
    'FRR: access rules',
    {
      type: 'ApplyACL',
      input: {
        router_ip: '192.0.2.10',
        rules: ['deny ip 10.1.0.0/16 any', 'permit ip any any'],
        direction: 'inbound',
      },
      output: { applied: 2, already_present: 0 },
      already: { applied: 0, already_present: 2 },
      missing: [{ router_ip: '192.0.2.10', rules, direction: 'inbound' }, 'rule_unsupported'],
      change: 'configure terminal',
      undoSays: 'the inbound access rules',
      open: (vault) =>
        frrScene(vault, ({ lines }) => void lines.add('access-list CORDON-IN seq 99 permit any')),
    },
  ],
  [
    'FRR: logging',
    {
      type: 'EnableRouterLogging',
      input: { router_ip: '192.0.2.10', syslog_server: 'localhost', log_level: 'notice' },
      output: { enabled: true },
      already: { enabled: true },
      missing: [
        { router_ip: '192.0.2.10', syslog_server: 'log.example', log_level: 'debug' },
        'log_server_unsupported',
      ],
      change: 'configure terminal',
      undoSays: 'the log server',
      open: (vault) =>
        frrScene(vault, ({ lines }) => {
          lines.delete('log syslog notifications');
          lines.add('log syslog debugging');
        }),
    },
  ],
];

for (const [name, subject] of subjects) changesOverSsh(name, subject);

/** Looks from here at which of the router's services answer. Plain connections to a closed list of ports; nothing is sent. */
import { connect } from 'node:net';
import { ScanRouter } from '../../catalogue/router.ts';
import type { CallContext } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { got, unavailable, type Got } from '../ssh/failure.ts';
import { withSession } from '../ssh/session.ts';
import { called, routerAt, type At, type Found } from './at.ts';
import type { Router, Service } from './config.ts';

export interface Finding {
  readonly id: string;
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly title: string;
}

/** SNMP is asked over UDP, where silence says nothing; its TCP port is looked at all the same. */
const PORTS: { readonly [service in Service]: number } = {
  ftp: 21,
  ssh_external: 22,
  telnet: 23,
  http: 80,
  snmp: 161,
  https: 443,
  upnp: 5000,
};
/** SSH is how we ourselves get in, so that it answers is no finding from where we stand. */
const CONCERNS: readonly (readonly [Service, Finding['severity'], string])[] = [
  ['telnet', 'critical', 'telnet answers: passwords travel in the clear'],
  ['ftp', 'high', 'ftp answers: passwords travel in the clear'],
  ['http', 'high', 'administration by plain http answers'],
  ['upnp', 'high', 'upnp answers: anyone inside may open ports'],
  ['snmp', 'medium', 'snmp answers over TCP'],
  ['https', 'low', 'administration by https answers'],
];

const LONGEST_MS = 3_000;

export const scanRouter: Deed<At, typeof ScanRouter> = {
  contract: ScanRouter,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: [
    'TCP to the router: 21, 23, 80, 161, 443, 5000 and its SSH port',
    'SSH: read the settings of services',
  ],
  async perform({ router_ip, scan_type }, { config, call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const seen = await fromOutside(found.value.router, call);
    if (seen.kind !== 'got') return seen;
    if (scan_type === 'unauthenticated') return { kind: 'done', output: { findings: [...seen.value] } };
    const inside = await fromInside(found.value, call);
    if (inside.kind !== 'got') return inside;
    return { kind: 'done', output: { findings: [...seen.value, ...inside.value] } };
  },
};

/** A router that answers on no port at all was not scanned: it was not there. */
async function fromOutside(router: Router, call: CallContext): Promise<Got<readonly Finding[]>> {
  const { host, port } = router.ssh;
  if (!(await answers(host, port, call.signal)))
    return call.signal.aborted
      ? unavailable('scan_cancelled', 'the scan was given up')
      : unavailable(
          'router_unreachable',
          `${called(router)} does not answer at all, so the scan would say nothing`,
        );
  const findings: Finding[] = [];
  for (const [service, severity, title] of CONCERNS) {
    const at = router.ports[service] ?? PORTS[service];
    if (await answers(host, at, call.signal))
      findings.push({ id: `open-${service}`, severity, title: `${title} (${at})` });
    call.heartbeat();
  }
  return got(findings);
}

async function fromInside({ router, dialect }: Found, call: CallContext): Promise<Got<readonly Finding[]>> {
  const findings: Finding[] = [];
  const trail = { changeSent: false };
  const read = await withSession<null>(router.ssh, call, trail, async (session) => {
    for (const [service, severity, title] of CONCERNS) {
      const facet = dialect.services([service]);
      // What the dialect has no handle for was looked at from outside only.
      if (facet.kind !== 'got') continue;
      const state = await facet.value.read(session, trail);
      if (state.kind !== 'got') return state;
      if (!dialect.isOff(service, state.value[service]))
        findings.push({
          id: `enabled-${service}`,
          severity,
          title: title.replace('answers', 'is switched on'),
        });
    }
    return got(null);
  });
  return read.kind === 'got' ? got(findings) : read;
}

function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const socket = connect({ host, port });
    const end = (answered: boolean): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answered);
    };
    const abort = (): void => end(false);
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(LONGEST_MS, abort);
    socket.once('connect', () => end(true));
    socket.once('error', abort);
  });
}

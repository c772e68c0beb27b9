/** Switches remote services off. What each must be like to be on again is saved. */
import { DisableRouterService } from '../../catalogue/router.ts';
import type { Deed } from '../deed.ts';
import { bring } from '../ssh/bring.ts';
import { savedFor } from '../ssh/undo.ts';
import { routerAt, undoOf, type At } from './at.ts';
import type { RouterConfig, Service } from './config.ts';
import type { Services } from './dialect.ts';

const SERVICES: ReadonlySet<string> = new Set<Service>([
  'telnet',
  'http',
  'https',
  'ssh_external',
  'snmp',
  'upnp',
  'ftp',
]);

function isService(text: string): text is Service {
  return SERVICES.has(text);
}

export const disableRouterService = (config: RouterConfig): Deed<At, typeof DisableRouterService> => ({
  contract: DisableRouterService,
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 300_000,
  scopes: ['SSH: read and change the settings of services'],
  undo: undoOf(
    config,
    ({ before }) => `the services ${Object.keys(before).join(', ')}`,
    (dialect, { before }) => dialect.services(Object.keys(before).filter(isService)),
  ),
  async perform({ router_ip, services }, { call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    const wanted = [...new Set(services)];
    const facet = dialect.services(wanted);
    if (facet.kind !== 'got') return facet;
    const goal = (now: Services): Services =>
      Object.fromEntries(
        wanted.map((one) => [one, dialect.isOff(one, now[one]) ? (now[one] ?? null) : dialect.off(one)]),
      );
    const { ssh: target, revertSeconds } = router;
    const brought = await bring({ target, call, facet: facet.value, goal, revertSeconds, purpose: 'do' });
    if (brought.kind !== 'got') return brought;
    const wasOff = wanted.filter((one) => dialect.isOff(one, brought.value.before[one]));
    return {
      kind: 'done',
      output: { disabled: wanted.filter((one) => !wasOff.includes(one)), already_disabled: wasOff },
      ...savedFor({ router: router.address }, brought.value),
    };
  },
});

/** The actions of Defender for Endpoint, and a machine for them. */
import { startDefenderSimulator, type DefenderSimulator } from '../../../simulators/defender/index.ts';
import type { Subject } from './family.ts';
import type { Action } from './action.ts';
import { holdingHttp, type Place } from './place.ts';
import { startRelay } from './relay.ts';

const HOST = 'host-0042.corp.example';

export interface DefenderPlace extends Place {
  readonly simulator: DefenderSimulator;
}

async function open(): Promise<DefenderPlace> {
  const simulator = await startDefenderSimulator({ machines: [HOST], looks: 1 });
  const { tenantId, clientId, clientSecret } = simulator.application;
  const relay = await startRelay(Number(new URL(simulator.url).port));
  const effects = (): number => simulator.effects().length;
  return {
    simulator,
    settings: (keep) => ({
      connectors: {
        defender: {
          tenant: tenantId,
          client_id: clientId,
          client_secret: keep('defender-client-secret', clientSecret),
          api_url: relay.url,
          authority_url: relay.url,
          package_hosts: [simulator.url],
          poll_seconds: 1,
        },
      },
    }),
    effects,
    state: () => ({
      isolated: simulator.describe(HOST)['isolated'] ?? null,
      indicators: [...simulator.estate.indicators.values()],
    }),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await simulator.close();
    },
  };
}

/** Somebody in the service has isolated it. */
async function openIsolated(): Promise<DefenderPlace> {
  const place = await open();
  const { estate } = place.simulator;
  estate.look(estate.order(estate.machine(HOST), 'Isolate', null).id);
  return place;
}

const connector = 'defender';
const input = () => ({ device_id: HOST });
const indicators = [
  { type: 'domain', value: 'evil.example' },
  { type: 'ip', value: '203.0.113.66' },
];

const acting: readonly Action<DefenderPlace>[] = [
  { connector, type: 'IsolateEndpoint', effects: 1, input },
  // Orders: another call gives another one.
  {
    connector,
    type: 'CollectInvestigationPackage',
    effects: 1,
    anew: true,
    input: () => ({ ...input(), case_id: 'CASE-1' }),
  },
  {
    connector,
    type: 'StopAndQuarantineFile',
    effects: 1,
    anew: true,
    input: () => ({ ...input(), sha1: 'a'.repeat(40) }),
  },
  { connector, type: 'BlockIndicators', effects: 2, input: () => ({ indicators }) },
];
const releasing: Action<DefenderPlace> = { connector, type: 'ReleaseEndpoint', effects: 1, input };

export const defender: readonly Subject<DefenderPlace>[] = [
  ...acting.map((action) => ({ action, open })),
  { action: releasing, open: openIsolated },
];

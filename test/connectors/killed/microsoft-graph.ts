/** The actions of the Microsoft connector, and an account for them. */
import { expect } from '@jest/globals';
import { SECOND_FACTOR_GROUP } from '../../../simulators/graph/state.ts';
import { actions, openGraph, type GraphWorld } from '../microsoft-graph-actions.ts';
import { ADA } from '../microsoft-graph-world.ts';
import type { Subject } from './family.ts';
import { textOf, type Action } from './action.ts';
import { holdingHttp, type Place } from './place.ts';
import { startRelay } from './relay.ts';

export interface GraphPlace extends Place {
  readonly world: GraphWorld;
}

async function open(): Promise<GraphPlace> {
  const world = await openGraph();
  const { simulator } = world;
  const { tenantId, clientId, clientSecret } = simulator.application;
  const relay = await startRelay(Number(new URL(simulator.url).port));
  const effects = (): number => simulator.effects().length;
  return {
    world,
    settings: (keep) => ({
      connectors: {
        microsoft_graph: {
          tenant: tenantId,
          client_id: clientId,
          client_secret: keep('graph-client-secret', clientSecret),
          second_factor_group: SECOND_FACTOR_GROUP,
          graph_url: relay.url,
          authority_url: relay.url,
        },
      },
    }),
    effects,
    state: () => world.state(),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await world.close();
    },
  };
}

const connector = 'microsoft-graph';
const input = () => ({ user_email: ADA });
/** A pass is told once. Where nobody heard it, it is withdrawn and another one issued. */
const ANEW: { readonly [type: string]: number } = { IssueAccessPass: 3 };

const acting: readonly Action<GraphPlace>[] = actions.map(
  ({ type, account, input: more, effects, anew }) => ({
    connector,
    type,
    effects,
    effectsOfRepeat: ANEW[type] ?? effects,
    ...(anew === undefined ? {} : { anew }),
    input: async ({ world }) => ({ [account]: ADA, ...(await more?.(world)) }),
    ...(type === 'RotatePassword'
      ? {
          async sound({ world: { simulator } }, result, { secret }) {
            const reference = textOf(result, 'password_ref');
            expect(simulator.passwordIs(ADA, await secret(reference, connector))).toBe(true);
          },
        }
      : {}),
  }),
);

const reading: readonly Action<GraphPlace>[] = [
  { connector, type: 'ProofOfControl', effects: 0, input: () => ({ account_email: ADA }) },
  { connector, type: 'EvidenceSnapshot', effects: 0, input: () => ({ ...input(), case_id: 'CASE-1' }) },
  { connector, type: 'ListFilters', effects: 0, input },
  { connector, type: 'ListMailAccess', effects: 0, input },
  { connector, type: 'ListAuthenticationMethods', effects: 0, input },
  { connector, type: 'Enroll2FA', effects: 0, input },
];

export const microsoftGraph: readonly Subject<GraphPlace>[] = [...acting, ...reading].map((action) => ({
  action,
  open,
}));

/** The actions of the Google connector, and a mailbox for them. */
import { expect } from '@jest/globals';
import { actions, openGoogle, type GoogleWorld } from '../google-workspace-actions.ts';
import { VICTIM } from '../google-workspace-world.ts';
import type { World } from '../../../activities/world.ts';
import type { Result } from '../../../workflows/ports.ts';
import type { Subject } from './family.ts';
import { textOf, type Action } from './action.ts';
import { holdingHttp, type Place } from './place.ts';
import { startRelay } from './relay.ts';

export interface GooglePlace extends Place {
  readonly world: GoogleWorld;
}

async function open(): Promise<GooglePlace> {
  const world = await openGoogle();
  const { simulator } = world;
  const relay = await startRelay(Number(new URL(simulator.url).port));
  const effects = (): number => simulator.effects().length;
  return {
    world,
    settings: (keep) => ({ connectors: { google_workspace: googleSection(world, keep, relay.url) } }),
    effects,
    state: () => world.state(),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await world.close();
    },
  };
}

export function googleSection(
  { simulator }: GoogleWorld,
  keep: (name: string, value: string) => string,
  url: string,
) {
  return {
    service_account: keep('google-service-account', simulator.keyFile),
    admin_subject: simulator.adminSubject,
    organisation_domains: [simulator.domain],
    second_factor_unit: '/Second factor required',
    root_url: url,
    token_url: `${url}/token`,
  };
}

const connector = 'google-workspace';
const input = () => ({ user_email: VICTIM });

const acting: readonly Action<GooglePlace>[] = actions.map(
  ({ type, account, input: more, effects, anew, moved }) => ({
    connector,
    type,
    effects,
    ...(anew === undefined ? {} : { anew }),
    ...(moved === undefined ? {} : { meanwhile: ({ world }) => moved(world) }),
    input: async ({ world }) => ({ [account]: VICTIM, ...(await more?.(world)) }),
    ...(type === 'RotatePassword' ? { sound: passwordIsKept } : {}),
  }),
);

/** What signs the owner in is what the reference leads to. */
export async function passwordIsKept(
  { world: { simulator } }: Pick<GooglePlace, 'world'>,
  result: Result,
  { secret }: World,
): Promise<void> {
  const reference = textOf(result, 'password_ref');
  expect(simulator.passwordIs(VICTIM, await secret(reference, connector))).toBe(true);
}

const reading: readonly Action<GooglePlace>[] = [
  { connector, type: 'ProofOfControl', effects: 0, input: () => ({ account_email: VICTIM }) },
  { connector, type: 'EvidenceSnapshot', effects: 0, input: () => ({ ...input(), case_id: 'CASE-1' }) },
  { connector, type: 'ListFilters', effects: 0, input },
  { connector, type: 'ListMailAccess', effects: 0, input },
  { connector, type: 'Enroll2FA', effects: 0, input },
];

export const googleWorkspace: readonly Subject<GooglePlace>[] = [...acting, ...reading].map((action) => ({
  action,
  open,
}));

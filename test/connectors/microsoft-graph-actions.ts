/** The actions that contain an Entra account, and an account that an intruder has been in, for all that is demanded of them. */
import type { GraphSimulator } from '../../simulators/graph/index.ts';
import type { Account } from '../../simulators/graph/state.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { AccountAction, AccountWorld } from '../contracts/account-action.ts';
import { ADA, CLIENT_SECRET_REF, createWorld } from './microsoft-graph-world.ts';

export interface GraphWorld extends AccountWorld {
  readonly ada: Account;
  readonly simulator: GraphSimulator;
  /** What the intruder's application was given. */
  readonly grant: Account['grants'][number] | undefined;
}

export async function openGraph(): Promise<GraphWorld> {
  const world = await createWorld();
  const { simulator, secrets, connector, call, perform } = world;
  simulator.seedAttacker(ADA);
  const ada = simulator.account(ADA);
  return {
    ada,
    simulator,
    grant: ada.grants[0],
    performs: connector.performs,
    call,
    perform,
    fault: (fault) => simulator.fault(fault),
    effects: () => simulator.effects(),
    state() {
      const { rules, grants, app_roles, ...rest } = simulator.describe(ADA);
      const worded = [rules, grants, app_roles].map((list) =>
        (list as JsonObject[]).map(({ id: _id, ...said }) => JSON.stringify(said)).toSorted(),
      );
      return { ...rest, worded };
    },
    spoilCredentials: () => void secrets.set(CLIENT_SECRET_REF, 'canary-of-another-client'),
    secrets: () => [...secrets.values()],
    close: () => simulator.close(),
  };
}

/** The intruder's two. */
const suspicious = (world: GraphWorld): JsonObject => ({
  filter_ids: world.ada.rules.slice(-2).map(({ id }) => id),
});
const RULES = '/messageRules';
const user = { method: 'PATCH', path: '/users/' };
const account = 'user_email' as const;

export const accounts = { account: ADA, nobody: 'nobody@corp.example' };
export const actions: readonly AccountAction<GraphWorld>[] = [
  {
    type: 'DeleteFilter',
    account,
    input: suspicious,
    write: { method: 'DELETE', path: RULES },
    effects: 2,
    undo: 'B',
    back: { method: 'POST', path: RULES },
  },
  {
    type: 'DisableFilter',
    account,
    input: suspicious,
    write: { method: 'PATCH', path: RULES },
    effects: 2,
    undo: 'A',
    back: { method: 'PATCH', path: RULES },
    moved: (world) => void world.ada.rules.pop(),
  },
  {
    type: 'StopForwarding',
    account,
    write: { method: 'PATCH', path: RULES },
    effects: 1,
    undo: 'A',
    back: { method: 'PATCH', path: RULES },
    moved(world) {
      const { rules } = world.ada;
      rules.splice(1, 1);
    },
  },
  {
    type: 'StopAutomaticReplies',
    account,
    write: { method: 'PATCH', path: '/mailboxSettings' },
    effects: 1,
    undo: 'A',
    back: { method: 'PATCH', path: '/mailboxSettings' },
    moved(world) {
      const found = world.ada;
      const date = { dateTime: '2026-12-01T00:00:00', timeZone: 'UTC' };
      const scheduled = { scheduledStartDateTime: date, scheduledEndDateTime: date };
      found.mailbox = { automaticRepliesSetting: { status: 'scheduled', ...scheduled } };
    },
  },
  { type: 'SuspendAccount', account, write: user, effects: 1, undo: 'A', back: user },
  {
    type: 'RequireSecondFactor',
    account,
    write: { method: 'POST', path: '/members/$ref' },
    effects: 1,
    undo: 'A',
    back: { method: 'DELETE', path: '/members/' },
  },
  {
    type: 'RevokeAppAccess',
    account,
    write: { method: 'DELETE', path: '/v1.0/' },
    effects: 2,
    undo: 'B',
    back: { method: 'POST', path: '/oauth2PermissionGrants' },
    moved({ ada, grant }) {
      if (grant !== undefined) ada.grants.push({ ...grant, id: 'granted-since', scope: 'User.Read' });
    },
  },
  {
    type: 'RemoveAuthenticationMethods',
    account,
    input: (world) => ({
      method_ids: world.ada.methods.slice(-1).map(({ id }) => id),
    }),
    write: { method: 'DELETE', path: '/phoneMethods/' },
    effects: 1,
    undo: null,
  },
  {
    type: 'SignOut',
    account,
    write: { method: 'POST', path: '/revokeSignInSessions' },
    effects: 1,
    undo: null,
    unread: true,
  },
  {
    type: 'IssueAccessPass',
    account,
    input: () => ({ lifetime_minutes: 60, usable_once: true }),
    write: { method: 'POST', path: '/temporaryAccessPassMethods' },
    effects: 1,
    undo: 'B',
    anew: true,
    back: { method: 'DELETE', path: '/temporaryAccessPassMethods/' },
  },
  { type: 'RotatePassword', account, write: user, effects: 1, undo: null, anew: true, unread: true },
  {
    type: 'RevokeOAuthTokens',
    account: 'user_id',
    write: { method: 'DELETE', path: '/v1.0/' },
    effects: 3,
    undo: null,
  },
];

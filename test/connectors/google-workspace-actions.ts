/** The actions that contain a Google account, and a mailbox that an intruder has been in, for all that is demanded of them. */
import { generateServiceAccount } from '../../simulators/google/service-account.ts';
import type { Account } from '../../simulators/google/accounts.ts';
import type { GoogleSimulator } from '../../simulators/google/simulator.ts';
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import type { AccountAction, AccountWorld } from '../contracts/account-action.ts';
import { KEY_REFERENCE, openScene, outputOf, VICTIM } from './google-workspace-world.ts';

export const DROP = 'archive.backup@freemail.example';
export const DELEGATE = 'temp.assistant@corp.example';
/** One for all scenes: making a key takes longer than everything else. */
export const { keyFile } = generateServiceAccount();
export interface GoogleWorld extends AccountWorld {
  readonly victim: Account;
  readonly simulator: GoogleSimulator;
}

export async function openGoogle(): Promise<GoogleWorld> {
  const scene = await openScene({ keyFile });
  const { simulator, secrets, call, performs } = scene;
  simulator.seedAttacker(VICTIM);
  return {
    simulator,
    victim: simulator.account(VICTIM),
    performs,
    call: (over = {}) => ({ ...call, ...over }),
    perform: (type, input, context) => scene.perform(type, input, context),
    fault: (fault) => simulator.fault(fault),
    effects: () => simulator.effects(),
    state() {
      const { filters, ...rest } = simulator.describe(VICTIM);
      const worded = (filters as JsonObject[]).map(({ id: _id, ...filter }): Json => filter);
      // Made again, a filter stands last.
      const sorted = worded.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      return { ...rest, filters: sorted };
    },
    spoilCredentials: () => void secrets.set(KEY_REFERENCE, generateServiceAccount().keyFile),
    secrets: () => [...secrets.values()],
    close: () => simulator.close(),
  };
}

const settings = (path: string) => ({ method: 'PUT', path: `/settings/${path}` });
const user = { method: 'PATCH', path: '/users/' };
const account = 'user_email' as const;

export const accounts = { account: VICTIM, nobody: 'nobody@corp.example' };
export const actions: readonly AccountAction<GoogleWorld>[] = [
  {
    type: 'DeleteFilter',
    account,
    input: async (world) => {
      const listed = outputOf(await world.perform('ListFilters', { user_email: VICTIM }));
      return { filter_ids: (listed['suspicious_ids'] as string[]).slice(0, 1) };
    },
    write: { method: 'DELETE', path: '/settings/filters/' },
    effects: 1,
    undo: 'B',
    back: { method: 'POST', path: '/settings/filters' },
  },
  {
    type: 'StopForwarding',
    account,
    write: settings('autoForwarding'),
    effects: 1,
    undo: 'A',
    back: settings('autoForwarding'),
    moved: (world) => {
      world.victim.mail.autoForwarding = { enabled: true, emailAddress: DROP, disposition: 'trash' };
    },
  },
  {
    type: 'RemoveForwardingAddresses',
    account,
    input(world) {
      world.victim.mail.autoForwarding = { enabled: false };
      return { addresses: ['Archive.Backup@freemail.example'] };
    },
    write: { method: 'DELETE', path: '/forwardingAddresses/' },
    effects: 1,
    undo: 'B',
    back: { method: 'POST', path: '/forwardingAddresses' },
  },
  {
    type: 'RemoveDelegates',
    account,
    input: () => ({ delegates: [DELEGATE] }),
    write: { method: 'DELETE', path: '/delegates/' },
    effects: 1,
    undo: 'B',
    back: { method: 'POST', path: '/delegates' },
  },
  {
    type: 'CloseMailProtocols',
    account,
    write: settings(''),
    effects: 2,
    undo: 'A',
    back: settings('imap'),
    moved: (world) => {
      const { mail } = world.victim;
      mail.imap = { ...mail.imap, expungeBehavior: 'trash' };
    },
  },
  {
    type: 'StopAutomaticReplies',
    account,
    write: settings('vacation'),
    effects: 1,
    undo: 'A',
    back: settings('vacation'),
    moved: (world) => {
      const { mail } = world.victim;
      mail.vacation = { ...mail.vacation, responseSubject: 'On leave' };
    },
  },
  { type: 'SuspendAccount', account, write: user, effects: 1, undo: 'A', back: user },
  {
    type: 'RequireSecondFactor',
    account,
    write: user,
    effects: 1,
    undo: 'A',
    back: user,
    moved: (world) => {
      world.victim.orgUnitPath = '/';
    },
  },
  {
    type: 'RevokeAppAccess',
    account,
    write: { method: 'DELETE', path: '/users/' },
    effects: 2,
    undo: null,
  },
  {
    type: 'SignOut',
    account,
    write: { method: 'POST', path: '/signOut' },
    effects: 1,
    undo: null,
    unread: true,
  },
  {
    type: 'RotatePassword',
    account,
    write: { method: 'PUT', path: '/users/' },
    effects: 1,
    undo: null,
    anew: true,
    unread: true,
  },
  {
    type: 'RevokeOAuthTokens',
    account: 'user_id',
    write: { method: 'DELETE', path: '/users/' },
    effects: 3,
    undo: null,
  },
];

/** The actions that contain a Google account, held to the contract of all account actions. */
import { describe, expect, test } from '@jest/globals';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import { generateServiceAccount } from '../../simulators/google/service-account.ts';
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import { accountActionContract, type AccountWorld } from '../contracts/account-action.ts';
import { KEY_REFERENCE, openScene, outputOf, VICTIM, type Scene } from './google-workspace-world.ts';

const DROP = 'archive.backup@freemail.example';
const DELEGATE = 'temp.assistant@corp.example';
/** One for all scenes: making a key takes longer than everything else. */
const { keyFile } = generateServiceAccount();
const scenes = new WeakMap<AccountWorld, Scene>();

async function open(): Promise<AccountWorld> {
  const scene = await openScene({ keyFile });
  const { simulator, secrets, call, performs } = scene;
  simulator.seedAttacker(VICTIM);
  const world: AccountWorld = {
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
  scenes.set(world, scene);
  return world;
}

const accountIn = (world: AccountWorld) => {
  const scene = scenes.get(world);
  if (scene === undefined) throw new Error('not opened here');
  return scene.simulator.account(VICTIM);
};
const settings = (path: string) => ({ method: 'PUT', path: `/settings/${path}` });
const user = { method: 'PATCH', path: '/users/' };
const account = 'user_email' as const;

accountActionContract('Google Workspace', VICTIM, 'nobody@corp.example', open, [
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
      accountIn(world).mail.autoForwarding = { enabled: true, emailAddress: DROP, disposition: 'trash' };
    },
  },
  {
    type: 'RemoveForwardingAddresses',
    account,
    input(world) {
      accountIn(world).mail.autoForwarding = { enabled: false };
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
      const { mail } = accountIn(world);
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
      const { mail } = accountIn(world);
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
      accountIn(world).orgUnitPath = '/';
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
]);

describe('Google Workspace: what the single switches say', () => {
  async function inScene(body: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = await openScene({ keyFile });
    scene.simulator.seedAttacker(VICTIM);
    await body(scene).finally(() => scene.simulator.close());
  }
  const input = { user_email: VICTIM };

  test('every way out of the mailbox and every other way in is listed, and what leads outside', () =>
    inScene(async ({ perform }) => {
      expect(outputOf(await perform('ListMailAccess', input))).toEqual({
        user_id: VICTIM,
        forwards_to: [DROP],
        forwarding_addresses: [DROP],
        outside_addresses: [DROP],
        delegates: [DELEGATE],
        imap: true,
        pop: true,
        automatic_replies: true,
      });
    }));

  test('each says what it ended', () =>
    inScene(async ({ perform }) => {
      expect(outputOf(await perform('StopForwarding', input))).toEqual({ stopped: [DROP], already: false });
      const protocols = outputOf(await perform('CloseMailProtocols', input, { key: 'p' }));
      expect(protocols).toEqual({ closed: ['imap', 'pop'], already: false });
      const unit = outputOf(await perform('RequireSecondFactor', input, { key: 'u' }));
      expect(unit).toEqual({ through: '/Second factor required', already: false });
    }));

  test('an account is not moved to a unit that is not there', async () => {
    const scene = await openScene({ keyFile }, { secondFactorUnit: '/No such unit' });
    expect((await scene.perform('RequireSecondFactor', input)).kind).toBe('refused');
    expect(scene.simulator.effects()).toEqual([]);
    await scene.simulator.close();
  });

  test('without a configured unit no account is moved, and the answer says where to name one', () => {
    const connector = createGoogleWorkspace(
      { serviceAccount: KEY_REFERENCE, adminSubject: 'admin@corp.example', domains: ['corp.example'] },
      { put: () => Promise.reject(), manifest: () => Promise.reject(), get: () => Promise.reject() },
    );
    return inScene(async ({ call }) => {
      const answer = await connector.performs['RequireSecondFactor']?.perform(input, call);
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_no_unit' } });
      expect(JSON.stringify(answer)).toContain('second_factor_unit');
    });
  });

  test('a forwarding address that comes back outside the organisation is pending, and a filter to it is not made', () =>
    inScene(async ({ perform, performs, call, simulator }) => {
      const listed = outputOf(await perform('ListFilters', input));
      const deleted = await perform('DeleteFilter', { ...input, filter_ids: listed['suspicious_ids'] ?? [] });
      simulator.account(VICTIM).mail.autoForwarding = { enabled: false };
      const removed = await perform(
        'RemoveForwardingAddresses',
        { ...input, addresses: [DROP] },
        { key: 'a' },
      );
      if (deleted.kind !== 'done' || removed.kind !== 'done') throw new Error('not done');
      await performs['RemoveForwardingAddresses']?.undo?.perform(removed.undo ?? {}, call);
      expect(simulator.account(VICTIM).forwardingAddresses.get(DROP)).toBe('pending');
      const made = simulator.effects().length;
      const answer = await performs['DeleteFilter']?.undo?.perform(deleted.undo ?? {}, call);
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_forwarding_unconfirmed' } });
      expect(simulator.effects()).toHaveLength(made);
    }));

  test('an address that mail is being forwarded to is not removed under it', () =>
    inScene(async ({ perform, simulator }) => {
      const answer = await perform('RemoveForwardingAddresses', { ...input, addresses: [DROP] });
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_forwarding_in_use' } });
      expect(simulator.effects()).toEqual([]);
    }));

  test('an alias cannot be used to lock an account that policy knows by another name', () =>
    inScene(async ({ perform, simulator }) => {
      for (const type of ['SuspendAccount', 'RequireSecondFactor', 'SignOut', 'RevokeAppAccess'])
        expect(await perform(type, { user_email: 'v@corp.example' }, { key: type })).toMatchObject({
          kind: 'refused',
          fault: { code: 'google_alias' },
        });
      expect(simulator.effects()).toEqual([]);
    }));
});

/** The actions that contain a Google account, held to the contract of all account actions. */
import { describe, expect, test } from '@jest/globals';
import type { Undo } from '../../activities/connectors/connector.ts';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import { EvidenceError } from '../../activities/evidence/store.ts';
import { accountLaws, keepsAccountActions, LAWS } from '../contracts/account-action.ts';
import { breaks } from '../contracts/law.ts';
import {
  accounts,
  actions,
  DELEGATE,
  DROP,
  keyFile,
  openGoogle as open,
  type GoogleWorld,
} from './google-workspace-actions.ts';
import { KEY_REFERENCE, openScene, outputOf, VICTIM, type Scene } from './google-workspace-world.ts';

keepsAccountActions('Google Workspace', accounts, actions, open);

describe('the contract of account actions notices', () => {
  const [action] = actions.filter(({ type }) => type === 'StopForwarding');
  if (action === undefined) throw new Error('no such action');
  const laws = accountLaws(action, accounts);
  /** The connector as it is, but for one fault of its own. */
  const spoilt = (how: (world: GoogleWorld) => Partial<GoogleWorld>) => async (): Promise<GoogleWorld> => {
    const world = await open();
    return { ...world, ...how(world) };
  };
  const undoing = (perform: (world: GoogleWorld) => Undo['perform']) =>
    spoilt((world) => {
      const way = world.performs[action.type];
      if (way?.undo === undefined) throw new Error('no undo');
      const undo = { ...way.undo, perform: perform(world) };
      return { performs: { ...world.performs, [action.type]: { ...way, undo } } };
    });

  breaks(
    'a connector that forgets what it had found',
    laws,
    LAWS.cut,
    spoilt((world) => ({
      call: (over) =>
        world.call({ keepSecret: async (_name, make) => ({ reference: '', value: make() }), ...over }),
    })),
  );
  breaks(
    'a connector that takes every answer for a yes',
    laws,
    LAWS.open,
    spoilt((world) => ({
      async perform(...asked) {
        const answer = await world.perform(...asked);
        return answer.kind === 'unknown' ? { kind: 'done', output: {} } : answer;
      },
    })),
  );
  breaks(
    'a connector that tells its key',
    laws,
    LAWS.once,
    spoilt((world) => ({
      async perform(...asked) {
        const answer = await world.perform(...asked);
        const [key = ''] = world.secrets();
        return answer.kind === 'done' ? { ...answer, output: { ...answer.output, key } } : answer;
      },
    })),
  );
  breaks(
    'an undo that only says so',
    laws,
    LAWS.back,
    undoing(() => async () => ({ kind: 'done', output: { changed: true, now: 'as before' } })),
  );
  breaks(
    'an undo that does not look first',
    laws,
    LAWS.moved,
    undoing(({ victim }) => async ({ before }) => {
      victim.mail.autoForwarding = before as typeof victim.mail.autoForwarding;
      return { kind: 'done', output: { changed: true, now: 'as before' } };
    }),
  );
});

describe('Google Workspace: what the single switches say', () => {
  async function inScene(body: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = await openScene({ keyFile });
    scene.simulator.seedAttacker(VICTIM);
    try {
      await body(scene);
    } finally {
      await scene.simulator.close();
    }
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

  test('filters stay where they are when the evidence of them cannot be kept', () =>
    inScene(async ({ perform, call, simulator }) => {
      const listed = outputOf(await perform('ListFilters', input));
      const full = () => Promise.reject(new EvidenceError('evidence_storage', 'the disk is full'));
      const { url: rootUrl, tokenUrl, adminSubject, domain } = simulator;
      const connector = createGoogleWorkspace(
        { serviceAccount: KEY_REFERENCE, adminSubject, domains: [domain], rootUrl, tokenUrl },
        { put: full, manifest: full, get: full },
      );
      const deed = connector.performs['DeleteFilter'];
      const named = { ...input, filter_ids: listed['suspicious_ids'] ?? [] };
      expect(await deed?.perform(named, call)).toMatchObject({
        kind: 'try_again',
        fault: { code: 'evidence_storage' },
      });
      const saved = { account: VICTIM, saved: ['0'.repeat(64)] };
      expect(await deed?.undo?.perform(saved, call)).toMatchObject({
        kind: 'try_again',
        fault: { code: 'evidence_storage' },
      });
      expect(simulator.effects()).toEqual([]);
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

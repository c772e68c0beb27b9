import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeleteFilter,
  emailTaskTypes,
  EvidenceSnapshot,
  ListFilters,
  ProofOfControl,
  RevokeOAuthTokens,
  RotatePassword,
} from '../../activities/catalogue/email.ts';
import { accountTaskTypes } from '../../activities/catalogue/account.ts';
import { createMicrosoftGraph } from '../../activities/connectors/microsoft-graph/index.ts';
import { APP_ROLES } from '../../simulators/graph/index.ts';
import { ADA, createWorld, memoryEvidence, outputOf, type World } from './microsoft-graph-world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.simulator.seedAttacker(ADA);
});
afterEach(() => world.simulator.close());

const whats = () => world.simulator.effects().map(({ what }) => what.split(' ').slice(0, 2).join(' '));

describe('Microsoft Graph: what each task does', () => {
  test('proof of control names the account by its immutable id and counts sign-ins from abroad', async () => {
    const output = ProofOfControl.output.parse(
      outputOf(await world.perform('ProofOfControl', { account_email: ADA })),
    );
    expect(output).toEqual({
      user_email: ADA,
      directory_id: world.simulator.account(ADA).user.id,
      suspended: false,
      enrolled_2fa: false,
      recent_sign_ins: 4,
      suspicious_sign_ins: 2,
    });
    expect(world.simulator.effects()).toEqual([]);
  });

  test('a guest cannot be acted on, and the reason says who must', async () => {
    world.simulator.account(ADA).user.userType = 'Guest';
    const answer = await world.perform('ProofOfControl', { account_email: ADA });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_guest' } });
  });

  test('the snapshot keeps six kinds of settings by hash and lists them in a manifest', async () => {
    const input = { user_email: ADA, case_id: 'case-1', kind: 'settings' };
    const output = EvidenceSnapshot.output.parse(outputOf(await world.perform('EvidenceSnapshot', input)));
    expect(output.items.map(({ name }) => name)).toEqual([
      'profile.json',
      'mailbox-settings.json',
      'inbox-rules.json',
      'oauth2-permission-grants.json',
      'app-role-assignments.json',
      'authentication-methods.json',
    ]);
    const rules = await world.evidence.get(output.items[2]?.sha256 ?? '');
    expect(new TextDecoder().decode(rules ?? undefined)).toContain('collector@attacker.example');
    expect(await world.evidence.get(output.artifact)).not.toBeNull();
  });

  test('the snapshot of the log keeps the recent sign-ins', async () => {
    const input = { user_email: ADA, case_id: 'case-1', kind: 'log' };
    const output = EvidenceSnapshot.output.parse(outputOf(await world.perform('EvidenceSnapshot', input)));
    const [item] = output.items;
    const text = new TextDecoder().decode((await world.evidence.get(item?.sha256 ?? '')) ?? undefined);
    expect(text).toContain('203.0.113.66');
  });

  test('listing names the intruder’s two rules with reasons and leaves the newsletter rule alone', async () => {
    const output = ListFilters.output.parse(
      outputOf(await world.perform('ListFilters', { user_email: ADA })),
    );
    expect(output.count).toBe(3);
    expect(output.suspicious.map(({ reasons }) => reasons)).toEqual([
      ['forwards to collector@attacker.example, outside the organisation'],
      [
        'moves to “RSS Feeds” messages about “security alert”, “phishing”',
        'marks messages as read and moves them to “RSS Feeds”, where nobody looks',
        'has a name made to be overlooked',
      ],
    ]);
    expect(output.suspicious_ids).toEqual(output.suspicious.map(({ id }) => id));
  });

  test('deleting keeps what the rules said, removes them, and a repeat finds them already gone', async () => {
    const listed = ListFilters.output.parse(
      outputOf(await world.perform('ListFilters', { user_email: ADA })),
    );
    const input = { user_email: ADA, filter_ids: [...listed.suspicious_ids, 'AQ/none='] };
    const first = DeleteFilter.output.parse(outputOf(await world.perform('DeleteFilter', input)));
    expect(first.removed).toEqual(listed.suspicious_ids);
    expect(first.already_gone).toEqual(['AQ/none=']);
    expect(await world.evidence.get(first.saved ?? '')).not.toBeNull();
    expect(world.evidence.names).toEqual(['removed-rules.json']);
    const second = DeleteFilter.output.parse(outputOf(await world.perform('DeleteFilter', input)));
    expect(second).toEqual({ removed: [], already_gone: input.filter_ids, saved: null });
    expect(whats()).toEqual(['inbox rule', 'inbox rule']);
  });

  test('the new password is known to the secret reference and to the provider, and to nobody else', async () => {
    const input = { user_email: ADA };
    const output = RotatePassword.output.parse(outputOf(await world.perform('RotatePassword', input)));
    const password = world.secrets.get(output.password_ref) ?? '';
    expect(password).toMatch(/^[\w!#%+\-=?@]{24}$/);
    expect(world.simulator.passwordIs(ADA, password)).toBe(true);
    expect(JSON.stringify([output, world.simulator.effects(), world.simulator.describe(ADA)])).not.toContain(
      password,
    );
  });

  test('a second attempt of the same call sets the same password, another call a new one', async () => {
    const one = await world.perform('RotatePassword', { user_email: ADA });
    const again = await world.perform('RotatePassword', { user_email: ADA }, world.call({ attempt: 2 }));
    expect(again).toEqual(one);
    expect(whats()).toEqual(['password set']);
    const other = await world.perform(
      'RotatePassword',
      { user_email: ADA },
      world.call({ key: 'run-2/task' }),
    );
    expect(other).not.toEqual(one);
    expect(whats()).toEqual(['password set', 'password set']);
  });

  test('a password given by reference is used, and the reference handed back', async () => {
    world.secrets.set('secret://env/chosen', 'Chosen-by-the-desk-42');
    const input = { user_email: ADA, new_password_enc: 'secret://env/chosen' };
    expect(outputOf(await world.perform('RotatePassword', input))).toEqual({
      password_ref: 'secret://env/chosen',
      must_change: true,
    });
    expect(world.simulator.passwordIs(ADA, 'Chosen-by-the-desk-42')).toBe(true);
  });

  test('enrolment waits for a person until the directory shows a strong method', async () => {
    const first = await world.perform('Enroll2FA', { user_email: ADA });
    expect(first).toMatchObject({ kind: 'action_required', onceDone: { enrolled: true } });
    expect(await world.check('Enroll2FA', { user_email: ADA })).toBeNull();
    world.simulator.enroll2FA(ADA);
    expect(await world.check('Enroll2FA', { user_email: ADA })).toEqual({ enrolled: true });
    expect(await world.perform('Enroll2FA', { user_email: ADA })).toEqual({
      kind: 'done',
      output: { enrolled: true },
    });
  });

  test('revoking removes the user’s own grants and roles, spares the group’s, and ends sessions last', async () => {
    const output = RevokeOAuthTokens.output.parse(
      outputOf(await world.perform('RevokeOAuthTokens', { user_id: ADA })),
    );
    expect(output.revoked_clients).toEqual([expect.stringMatching(/^Mail Backup Pro \([0-9a-f-]{36}\)$/)]);
    expect(output).toMatchObject({ revoked_app_passwords: 0, sessions_revoked: true });
    expect(whats()).toEqual(['permission grant', 'app role', '2 session(s)']);
    expect(world.simulator.describe(ADA)['app_roles']).toMatchObject([{ name: 'Time Sheets' }]);
    expect(world.evidence.names).toEqual(['revoked-grants.json']);
    const again = outputOf(await world.perform('RevokeOAuthTokens', { user_id: ADA }));
    expect(again['revoked_clients']).toEqual([]);
    expect(world.simulator.effects()).toHaveLength(3);
  });
});

describe('Microsoft Graph: what it promises', () => {
  test('it performs every mailbox task that Graph can do, and changes are safe to repeat', () => {
    // Mail programs, delegates and forwarding of a whole mailbox are Exchange's, which Graph does not reach.
    const others = ['HardeningCoach', 'RemoveForwardingAddresses', 'RemoveDelegates', 'CloseMailProtocols'];
    const types = [...emailTaskTypes, ...accountTaskTypes].map(({ name }) => name);
    expect(Object.keys(world.connector.performs).sort()).toEqual(
      types.filter((name) => !others.includes(name)).sort(),
    );
    expect(Object.values(world.connector.performs).every(({ repeat }) => repeat !== 'none')).toBe(true);
  });

  test('the permissions its tasks name are exactly those the application needs', () => {
    const named = new Set(Object.values(world.connector.performs).flatMap(({ scopes }) => scopes));
    expect([...named].sort()).toEqual([...APP_ROLES].sort());
  });

  test.each(['http://graph.example', 'https://user:pass@graph.example', 'ftp://127.0.0.1', 'graph'])(
    'tokens never go to %s',
    (graphRoot) => {
      const config = { tenantId: 't', clientId: 'c', clientSecret: 'secret://env/x', graphRoot };
      expect(() => createMicrosoftGraph(config, memoryEvidence())).toThrow(
        'graphRoot must be an https origin',
      );
    },
  );
});

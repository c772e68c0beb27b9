/** The seven mailbox tasks at Google, done by Google's own clients against the stateful simulator. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { KEY_REFERENCE, openScene, outputOf, VICTIM, type Scene } from './google-workspace-world.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  scene.simulator.seedAttacker(VICTIM);
});
afterEach(() => scene.simulator.close());

const what = (): string[] => scene.simulator.effects().map((effect) => effect.what);
const account = (): JsonObject => scene.simulator.describe(VICTIM);

describe('proof of control', () => {
  test('reads the account and counts sign-ins that Google itself distrusts', async () => {
    const output = outputOf(await scene.perform('ProofOfControl', { account_email: VICTIM }));
    expect(output).toMatchObject({ user_email: VICTIM, suspended: false, enrolled_2fa: false });
    expect(output).toMatchObject({ recent_sign_ins: 2, suspicious_sign_ins: 1 });
    expect(what()).toEqual([]);
  });

  test('follows the sign-in log over its pages', async () => {
    for (let at = 0; at < 1500; at += 1)
      scene.simulator.signIn(VICTIM, { ip: '192.0.2.1', suspicious: at % 100 === 0 });
    const output = outputOf(await scene.perform('ProofOfControl', { account_email: VICTIM }));
    expect(output).toMatchObject({ recent_sign_ins: 1502, suspicious_sign_ins: 16 });
  });

  test('an unknown account, a foreign account and an alias are refused, each with its reason', async () => {
    const of = async (account_email: string) => scene.perform('ProofOfControl', { account_email });
    expect(await of('nobody@corp.example')).toMatchObject({
      kind: 'refused',
      fault: { code: 'google_account_unknown' },
    });
    expect(await of('victim@elsewhere.example')).toMatchObject({ fault: { code: 'google_foreign_account' } });
    expect(await of('v@corp.example')).toMatchObject({ fault: { code: 'google_alias' } });
  });
});

describe('evidence snapshot', () => {
  test('stores every setting, grant and method by hash and names them in a manifest', async () => {
    const input = { user_email: VICTIM, case_id: 'case-7' };
    const output = outputOf(await scene.perform('EvidenceSnapshot', input));
    const names = scene.evidence.map(({ name }) => name);
    expect(names).toEqual([
      'filters.json',
      'forwarding-addresses.json',
      'auto-forwarding.json',
      'send-as.json',
      'delegates.json',
      'imap.json',
      'pop.json',
      'vacation.json',
      'grants.json',
      'app-passwords.json',
    ]);
    expect((output['items'] as JsonObject[]).map((item) => item['name'])).toEqual(names);
    expect(scene.evidence.every((item) => item.caseId === 'case-7')).toBe(true);
    const text = scene.evidence.map(({ bytes }) => Buffer.from(bytes).toString()).join();
    expect(text).toContain('archive.backup@freemail.example');
    expect(text).toContain('Mail Backup Pro');
    expect(what()).toEqual([]);
  });

  test('a snapshot of kind log holds the sign-in log as well, and a repeat gives the same manifest', async () => {
    const input = { user_email: VICTIM, case_id: 'case-7', kind: 'log' };
    const first = outputOf(await scene.perform('EvidenceSnapshot', input));
    expect(scene.evidence.at(-1)?.name).toBe('sign-ins.json');
    expect(Buffer.from(scene.evidence.at(-1)?.bytes ?? []).toString()).toContain('203.0.113.66');
    expect(outputOf(await scene.perform('EvidenceSnapshot', input))).toEqual(first);
  });
});

describe('filters', () => {
  test('an intruder’s filters are named with reasons, the user’s own are left in peace, and exactly those are removed', async () => {
    const listed = outputOf(await scene.perform('ListFilters', { user_email: VICTIM }));
    expect(listed).toMatchObject({ user_id: VICTIM, count: 4 });
    const ids = listed['suspicious_ids'] as string[];
    expect(ids).toHaveLength(2);
    expect(JSON.stringify(listed['suspicious'])).toContain('an address outside the organisation');

    const gone = outputOf(
      await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids: [...ids, 'never-there'] }),
    );
    expect(gone).toMatchObject({ removed: ids, already_gone: ['never-there'] });
    expect(what()).toEqual(ids.map((id) => `filter ${id} removed`));
    expect(account()['filters']).toHaveLength(2);
  });

  test('what a filter said is stored before it is removed', async () => {
    const ids = outputOf(await scene.perform('ListFilters', { user_email: VICTIM }))[
      'suspicious_ids'
    ] as string[];
    scene.simulator.fault({ match: { method: 'DELETE' }, kind: 'status', status: 403, times: 1 });
    const answer = await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids: ids });
    expect(answer.kind).toBe('refused');
    expect(what()).toEqual([]);
    expect(Buffer.from(scene.evidence[0]?.bytes ?? []).toString()).toContain(
      'archive.backup@freemail.example',
    );
  });

  test('removing nothing, or what is gone already, changes nothing and saves nothing', async () => {
    const none = await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids: [] });
    expect(outputOf(none)).toEqual({ removed: [], already_gone: [], saved: null });
    const gone = await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids: ['x', 'x'] });
    expect(outputOf(gone)).toEqual({ removed: [], already_gone: ['x'], saved: null });
    expect(what()).toEqual([]);
  });
});

describe('password', () => {
  test('is made once per key, set, and known to nobody but the secret store; a repeat changes nothing', async () => {
    const first = outputOf(await scene.perform('RotatePassword', { user_email: VICTIM }));
    expect(first).toMatchObject({ must_change: true });
    const password = scene.secrets.get(first['password_ref'] as string) ?? '';
    expect(password).toMatch(/^[\x21-\x7e]{28}$/);
    expect(scene.simulator.passwordIs(VICTIM, password)).toBe(true);
    expect(outputOf(await scene.perform('RotatePassword', { user_email: VICTIM }))).toEqual(first);
    expect(what()).toEqual(['password set, must be changed at next sign-in']);
    const other = outputOf(await scene.perform('RotatePassword', { user_email: VICTIM }, { key: 'another' }));
    expect(other['password_ref']).not.toBe(first['password_ref']);
  });

  test('a reference given by the playbook is used in place of a new password', async () => {
    scene.secrets.set('secret://vault/new', 'correct-horse-battery');
    const input = { user_email: VICTIM, new_password_enc: 'secret://vault/new' };
    const output = outputOf(await scene.perform('RotatePassword', input));
    expect(output).toEqual({ password_ref: 'secret://vault/new', must_change: true });
    expect(scene.simulator.passwordIs(VICTIM, 'correct-horse-battery')).toBe(true);
  });

  test('an alias cannot be used to reset the password of an account that policy knows by another name', async () => {
    const answer = await scene.perform('RotatePassword', { user_email: 'v@corp.example' });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_alias' } });
    expect(what()).toEqual([]);
  });
});

test('revocation takes grants, app passwords and sessions, and a repeat finds nothing left', async () => {
  const output = outputOf(await scene.perform('RevokeOAuthTokens', { user_id: VICTIM }));
  expect(output).toMatchObject({ revoked_app_passwords: 1, sessions_revoked: true });
  expect(output['revoked_clients']).toEqual([expect.stringContaining('mailbackup')]);
  expect(account()).toMatchObject({ grants: [], app_passwords: [], sessions: 0 });
  expect(what()).toHaveLength(3);
  const again = outputOf(await scene.perform('RevokeOAuthTokens', { user_id: VICTIM }));
  expect(again).toEqual({ revoked_clients: [], revoked_app_passwords: 0, sessions_revoked: true });
  expect(what()).toHaveLength(3);
});

test('a second factor is asked of the person and seen in the directory once they have enrolled it', async () => {
  const input = { user_email: VICTIM };
  const asked = await scene.perform('Enroll2FA', input);
  expect(asked).toMatchObject({ kind: 'action_required', onceDone: { enrolled: true } });
  expect(JSON.stringify(asked)).toContain('two-step-verification');
  expect(await scene.check('Enroll2FA', input)).toBeNull();
  scene.simulator.enroll2FA(VICTIM);
  expect(await scene.check('Enroll2FA', input)).toEqual({ enrolled: true });
  expect(outputOf(await scene.perform('Enroll2FA', input))).toEqual({ enrolled: true });
});

test('a configuration that would send credentials in the clear is refused', () => {
  const make = (rootUrl: string) => () =>
    createGoogleWorkspace(
      { serviceAccount: KEY_REFERENCE, adminSubject: 'a@b.example', domains: ['b.example'], rootUrl },
      { put: () => Promise.reject(), manifest: () => Promise.reject(), get: () => Promise.reject() },
    );
  expect(make('http://proxy.corp.example')).toThrow('must be an https URL');
  expect(make('not a url')).toThrow('rootUrl');
  expect(make('https://proxy.corp.example')).not.toThrow();
});

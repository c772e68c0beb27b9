/** The simulator is as strict as the interface it stands for; a test that passes against it means something. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  readServiceAccount,
  signIn,
  type Clients,
} from '../../activities/connectors/google-workspace/client.ts';
import { createEgress } from '../../activities/egress/egress.ts';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import { startGoogleSimulator, type GoogleSimulator } from '../../simulators/google/simulator.ts';

const AUTH = 'https://www.googleapis.com/auth/';
const USER = 'victim@corp.example';
const effectsFile = join(mkdtempSync(join(tmpdir(), 'cordon-')), 'effects.jsonl');
let simulator: GoogleSimulator;
beforeAll(async () => {
  simulator = await startGoogleSimulator({ effectsFile, accounts: [{ email: USER }] });
});
afterAll(() => simulator.close());

function clients(
  subject: string,
  scopes: readonly string[],
  keyFile = simulator.keyFile,
  at = simulator,
): Promise<Clients> {
  const account = readServiceAccount(keyFile);
  if (account === null) throw new Error('no key');
  const { url: rootUrl, tokenUrl, adminSubject } = at;
  const egress = createEgress([rootUrl, tokenUrl]);
  const config = { serviceAccount: '', adminSubject, domains: ['corp.example'], rootUrl, tokenUrl, egress };
  const signal = new AbortController().signal;
  return signIn(config, account, { subject, scopes: scopes.map((scope) => `${AUTH}${scope}`), signal });
}

/** What Google's client makes of a refusal: the status, and the reason in its body. */
async function refusal(request: Promise<unknown>): Promise<string> {
  const error: unknown = await request.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const response = (error as { response?: { status: number; data: { error: unknown } } } | null)?.response;
  const told = response?.data.error;
  const reason =
    typeof told === 'string'
      ? told
      : (told as { errors?: { reason: string }[] } | undefined)?.errors?.[0]?.reason;
  return `${response?.status} ${reason}`;
}

describe('the token endpoint', () => {
  test('issues no token for another key, an unknown subject or a scope not granted', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const forged = JSON.stringify({ ...(JSON.parse(simulator.keyFile) as object), private_key: pem });
    const scope = ['admin.directory.user.readonly'];
    expect(await refusal(clients(simulator.adminSubject, scope, forged))).toBe('400 invalid_grant');
    expect(await refusal(clients('nobody@corp.example', scope))).toBe('400 invalid_grant');
    expect(await refusal(clients(USER, ['gmail.readonly']))).toBe('401 unauthorized_client');
  });

  test('issues tokens that end', async () => {
    const brief = await startGoogleSimulator({ tokenLifetimeSeconds: 0, keyFile: simulator.keyFile });
    const late = await clients(brief.adminSubject, ['admin.directory.user.readonly'], brief.keyFile, brief);
    expect(await refusal(late.directory.users.get({ userKey: brief.adminSubject }))).toBe('401 authError');
    await brief.close();
  });
});

describe('every endpoint', () => {
  const userKey = USER;
  test('wants the scope that Google wants', async () => {
    const reader = await clients(simulator.adminSubject, ['admin.directory.user.readonly']);
    const denied = '403 insufficientPermissions';
    expect((await reader.directory.users.get({ userKey })).status).toBe(200);
    const requestBody = { password: 'long-enough-1' };
    expect(await refusal(reader.directory.users.update({ userKey, requestBody }))).toBe(denied);
    expect(await refusal(reader.directory.users.signOut({ userKey }))).toBe(denied);
    expect(await refusal(reader.directory.tokens.list({ userKey }))).toBe(denied);
    expect(await refusal(reader.directory.tokens.delete({ userKey, clientId: 'x' }))).toBe(denied);
    expect(await refusal(reader.directory.asps.list({ userKey }))).toBe(denied);
    expect(await refusal(reader.directory.asps.delete({ userKey, codeId: 1 }))).toBe(denied);
    expect(await refusal(reader.reports.activities.list({ userKey, applicationName: 'login' }))).toBe(denied);
    expect(await refusal(reader.gmail.users.settings.filters.list({ userId: USER }))).toBe(denied);
    expect(await refusal(reader.directory.users.patch({ userKey, requestBody: { suspended: true } }))).toBe(
      denied,
    );
  });

  test('keeps what lets others in behind the scope for sharing, and the rest out of its reach', async () => {
    const userId = USER;
    const denied = '403 insufficientPermissions';
    const basic = (await clients(USER, ['gmail.settings.basic'])).gmail.users.settings;
    const off = { enabled: false };
    expect(await refusal(basic.updateAutoForwarding({ userId, requestBody: off }))).toBe(denied);
    const forwardingEmail = 'x@freemail.example';
    expect(await refusal(basic.forwardingAddresses.delete({ userId, forwardingEmail }))).toBe(denied);
    const requestBody = { delegateEmail: 'x@corp.example' };
    expect(await refusal(basic.delegates.create({ userId, requestBody }))).toBe(denied);
    const sharing = (await clients(USER, ['gmail.settings.sharing'])).gmail.users.settings;
    expect(await refusal(sharing.updateImap({ userId, requestBody: off }))).toBe(denied);
    expect(await refusal(sharing.filters.create({ userId, requestBody: {} }))).toBe(denied);
  });

  test('forwards to confirmed addresses only, takes delegates of the organisation only, and no filter twice', async () => {
    const userId = USER;
    const scopes = ['gmail.settings.basic', 'gmail.settings.sharing'];
    const own = await startGoogleSimulator({ keyFile: simulator.keyFile, accounts: [{ email: USER }] });
    const { settings } = (await clients(USER, scopes, own.keyFile, own)).gmail.users;
    const forwardingEmail = 'away@freemail.example';
    const pending = await settings.forwardingAddresses.create({ userId, requestBody: { forwardingEmail } });
    expect(pending.data).toEqual({ forwardingEmail, verificationStatus: 'pending' });
    const on = { enabled: true, emailAddress: forwardingEmail, disposition: 'archive' };
    const unconfirmed = '400 failedPrecondition';
    expect(await refusal(settings.updateAutoForwarding({ userId, requestBody: on }))).toBe(unconfirmed);
    const filter = { criteria: { query: 'iban' }, action: { forward: forwardingEmail } };
    expect(await refusal(settings.filters.create({ userId, requestBody: filter }))).toBe(unconfirmed);
    const delegate = { delegateEmail: 'x@freemail.example' };
    expect(await refusal(settings.delegates.create({ userId, requestBody: delegate }))).toBe(unconfirmed);
    const plain = { criteria: { query: 'iban' }, action: { addLabelIds: ['TRASH'] } };
    expect((await settings.filters.create({ userId, requestBody: plain })).data).toMatchObject(plain);
    expect(await refusal(settings.filters.create({ userId, requestBody: plain }))).toBe(unconfirmed);
    await own.close();
  });

  test('knows who asks: a mailbox speaks for itself, the directory for administrators', async () => {
    const admin = await clients(simulator.adminSubject, ['gmail.settings.basic']);
    expect(await refusal(admin.gmail.users.settings.filters.list({ userId: USER }))).toBe('403 forbidden');
    const user = await clients(USER, ['admin.directory.user.readonly']);
    expect(await refusal(user.directory.users.get({ userKey }))).toBe('403 forbidden');
  });

  test('answers 404 for what is not there', async () => {
    const admin = await clients(simulator.adminSubject, [
      'admin.directory.user.readonly',
      'admin.directory.user.security',
    ]);
    expect(await refusal(admin.directory.users.get({ userKey: 'nobody@corp.example' }))).toBe('404 notFound');
    expect(await refusal(admin.directory.tokens.delete({ userKey, clientId: 'x' }))).toBe('404 notFound');
    expect(await refusal(admin.directory.asps.delete({ userKey, codeId: 99 }))).toBe('404 notFound');
    const mailbox = await clients(USER, ['gmail.settings.basic']);
    const absent = mailbox.gmail.users.settings.filters.delete({ userId: 'me', id: 'x' });
    expect(await refusal(absent)).toBe('404 notFound');
  });

  test('refuses paths, parameters and fields it does not know, and passwords Google would not take', async () => {
    const admin = await clients(simulator.adminSubject, ['admin.directory.user']);
    const update = (requestBody: object) => refusal(admin.directory.users.update({ userKey, requestBody }));
    expect(await refusal(admin.directory.users.makeAdmin({ userKey, requestBody: {} }))).toBe('404 notFound');
    expect(await refusal(admin.directory.users.get({ userKey, showDeleted: 'true' } as never))).toBe(
      '400 badRequest',
    );
    expect(await update({ pasword: 'long-enough-1' })).toBe('400 badRequest');
    expect(await update({ suspended: 'true' })).toBe('400 badRequest');
    expect(await update({ orgUnitPath: '/No such unit' })).toBe('400 invalid');
    const { settings } = (await clients(USER, ['gmail.settings.basic'])).gmail.users;
    const vacation = { enableAutoReplies: true } as object;
    expect(await refusal(settings.updateVacation({ userId: USER, requestBody: vacation }))).toBe(
      '400 badRequest',
    );
    const filter = { criteria: { form: 'x' } as object, action: { addLabelIds: ['TRASH'] } };
    expect(await refusal(settings.filters.create({ userId: USER, requestBody: filter }))).toBe(
      '400 badRequest',
    );
    const pop = { accessWindow: 'always' };
    expect(await refusal(settings.updatePop({ userId: USER, requestBody: pop }))).toBe('400 invalidArgument');
    expect(await update({ password: 'short' })).toBe('400 invalid');
    expect((await fetch(`${simulator.url}/admin/directory/v1/users/${USER}`)).status).toBe(401);
  });
});

test('the log has one numbered line per change that took effect, in memory and on disk, without the password', async () => {
  const { directory } = await clients(simulator.adminSubject, [
    'admin.directory.user',
    'admin.directory.user.security',
  ]);
  const requestBody = { password: 'CANARY-secret-1', changePasswordAtNextLogin: true };
  await directory.users.update({ userKey: USER, requestBody });
  await directory.users.update({ userKey: USER, requestBody });
  await directory.users.signOut({ userKey: USER });
  const lines = readFileSync(effectsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual(simulator.effects());
  expect(simulator.effects().map(({ n, what, account }) => ({ n, what, account }))).toEqual([
    { n: 1, what: 'password set, must be changed at next sign-in', account: USER },
    { n: 2, what: 'signed out everywhere', account: USER },
  ]);
  expect(JSON.stringify([lines, simulator.describe(USER)])).not.toContain('CANARY');
});

test('runs in a process of its own, steered over HTTP, with a key that survives a restart', async () => {
  const keyPath = join(mkdtempSync(join(tmpdir(), 'cordon-')), 'key.json');
  const child = spawn(process.execPath, ['simulators/google/main.ts', '--key', keyPath, '--account', USER]);
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const started = JSON.parse(line.toString()) as { url: string; tokenUrl: string; adminSubject: string };
    const post = (path: string, body: object) =>
      fetch(`${started.url}/_simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post('attacker', { email: USER })).status).toBe(204);
    expect(
      (
        await post('faults', {
          match: { method: 'GET', path: 'filters' },
          kind: 'status',
          status: 429,
          times: 1,
        })
      ).status,
    ).toBe(204);
    const connector = createGoogleWorkspace(
      {
        serviceAccount: 'secret://file/key',
        adminSubject: started.adminSubject,
        domains: ['corp.example'],
        rootUrl: started.url,
        tokenUrl: started.tokenUrl,
      },
      { put: () => Promise.reject(), manifest: () => Promise.reject(), get: () => Promise.reject() },
    );
    const call = {
      key: 'k',
      caseId: 'c',
      task: 't',
      attempt: 1,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      secret: async () => readFileSync(keyPath, 'utf8'),
      keepSecret: () => Promise.reject(new Error('not asked for')),
    };
    const list = () => connector.performs['ListFilters']?.perform({ user_email: USER }, call);
    expect(await list()).toMatchObject({ kind: 'try_again', because: 'rate_limited' });
    expect(await list()).toMatchObject({ kind: 'done', output: { count: 4 } });
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

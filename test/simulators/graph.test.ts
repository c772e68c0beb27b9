import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGraphSimulator, type GraphSimulator } from '../../simulators/graph/index.ts';

const ADA = 'ada@corp.example';
const effectsFile = join(mkdtempSync(join(tmpdir(), 'graph-simulator-')), 'effects.jsonl');
let simulator: GraphSimulator;
beforeEach(async () => {
  simulator = await startGraphSimulator({ accounts: [ADA], effectsFile });
});
afterEach(() => simulator.close());

async function tokenFor(form: Record<string, string> = {}, tenant = simulator.application.tenantId) {
  const { clientId, clientSecret } = simulator.application;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://graph.microsoft.com/.default',
    ...form,
  });
  const response = await fetch(`${simulator.url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function graph(method: string, path: string, token: unknown, body?: object) {
  const response = await fetch(`${simulator.url}/v1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${String(token)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

const control = (path: string, body: object) =>
  fetch(`${simulator.url}/_simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });

describe('the simulated tenant', () => {
  test.each([
    ['a wrong secret', { client_secret: 'no' }, 401, 'invalid_client'],
    ['an unknown application', { client_id: 'no' }, 400, 'unauthorized_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a scope of its own', { scope: 'Mail.Read' }, 400, 'invalid_scope'],
  ])('gives no token for %s', async (_name, form, status, error) => {
    expect(await tokenFor(form)).toMatchObject({ status, body: { error } });
  });

  test('answers strangers and expired tokens with 401 in Graph’s own shape', async () => {
    await simulator.close();
    simulator = await startGraphSimulator({ accounts: [ADA], tokenSeconds: 0 });
    const { access_token } = (await tokenFor()).body;
    for (const token of ['made-up', access_token])
      expect(await graph('GET', `/users/${ADA}`, token)).toMatchObject({
        status: 401,
        body: {
          error: { code: 'InvalidAuthenticationToken', innerError: { 'request-id': expect.any(String) } },
        },
      });
  });

  test('refuses a weak password and anything but a password, without effect', async () => {
    const { access_token } = (await tokenFor()).body;
    const weak = { passwordProfile: { password: 'weak' } };
    for (const body of [weak, { displayName: 'Eve' }, {}])
      expect(await graph('PATCH', `/users/${ADA}`, access_token, body)).toMatchObject({ status: 400 });
    expect(simulator.effects()).toEqual([]);
  });

  test('each property of a user has a permission of its own', async () => {
    await simulator.close();
    simulator = await startGraphSimulator({ accounts: [ADA], roles: ['User.EnableDisableAccount.All'] });
    const { access_token } = (await tokenFor()).body;
    const password = { passwordProfile: { password: 'Long-enough-7' } };
    for (const body of [password, { accountEnabled: false, ...password }])
      expect(await graph('PATCH', `/users/${ADA}`, access_token, body)).toMatchObject({ status: 403 });
    expect(simulator.effects()).toEqual([]);
    const off = { accountEnabled: false };
    expect(await graph('PATCH', `/users/${ADA}`, access_token, off)).toMatchObject({ status: 204 });
  });

  test('refuses fields it does not know, and what is there already, without effect', async () => {
    const { access_token } = (await tokenFor()).body;
    simulator.seedAttacker(ADA);
    const { user, rules, grants, assignments } = simulator.account(ADA);
    const settled: readonly (readonly [method: string, path: string, body: object, status: number])[] = [
      ['PATCH', `/users/${ADA}/mailboxSettings`, { automaticReplySetting: {} }, 400],
      ['PATCH', `/users/${ADA}/mailboxSettings`, { automaticRepliesSetting: { status: 'off' } }, 400],
      [
        'PATCH',
        `/users/${ADA}/mailFolders/inbox/messageRules/${encodeURIComponent(rules[0]?.id ?? '')}`,
        { enabled: false },
        400,
      ],
      [
        'POST',
        `/users/${ADA}/mailFolders/inbox/messageRules`,
        { id: 'mine', displayName: 'x', actions: {} },
        400,
      ],
      ['POST', '/oauth2PermissionGrants', { ...grants[0], id: undefined }, 409],
      [
        'POST',
        `/users/${ADA}/appRoleAssignments`,
        {
          principalId: user.id,
          resourceId: assignments[1]?.resourceId,
          appRoleId: assignments[1]?.appRoleId,
        },
        400,
      ],
      ['POST', `/users/${ADA}/checkMemberGroups`, { groupIds: [] }, 400],
      ['POST', '/groups/none/members/$ref', { '@odata.id': `x/v1.0/directoryObjects/${user.id}` }, 404],
      ['POST', `/users/${ADA}/authentication/temporaryAccessPassMethods`, { lifetimeInMinutes: 5 }, 400],
      [
        'DELETE',
        `/users/${ADA}/authentication/fido2Methods/${simulator.account(ADA).methods[1]?.id}`,
        {},
        404,
      ],
    ];
    for (const [method, path, body, status] of settled)
      expect([path, (await graph(method, path, access_token, body)).status]).toEqual([path, status]);
    expect(simulator.effects()).toEqual([]);
  });

  test('shows an access pass once, and a new one takes its place', async () => {
    await simulator.close();
    simulator = await startGraphSimulator({ accounts: [ADA] });
    const { access_token } = (await tokenFor()).body;
    const passes = `/users/${ADA}/authentication/temporaryAccessPassMethods`;
    const issue = () => graph('POST', passes, access_token, { lifetimeInMinutes: 60, isUsableOnce: true });
    const [first, second] = [await issue(), await issue()];
    expect(first).toMatchObject({ status: 201, body: { temporaryAccessPass: expect.any(String) } });
    const listed = await graph('GET', passes, access_token);
    expect(listed.body).toMatchObject({ value: [{ temporaryAccessPass: null }] });
    expect(JSON.stringify(listed)).toContain((second.body as { id: string }).id);
  });

  test('numbers each effect, keeps it in the file too, and writes no password into it', async () => {
    const { access_token } = (await tokenFor()).body;
    const body = { passwordProfile: { password: 'canary-Passw0rd', forceChangePasswordNextSignIn: true } };
    await graph('PATCH', `/users/${ADA}`, access_token, body);
    await graph('PATCH', `/users/${ADA}`, access_token, body);
    await graph('POST', `/users/${ADA}/revokeSignInSessions`, access_token);
    expect(simulator.effects()).toMatchObject([
      { n: 1, method: 'PATCH', account: ADA, what: 'password set' },
      { n: 2, method: 'POST', account: ADA, what: '1 session(s) ended' },
    ]);
    const file = readFileSync(effectsFile, 'utf8').trim().split('\n');
    expect(file.map((line) => JSON.parse(line) as unknown)).toEqual(simulator.effects());
    expect(file.join('')).not.toContain('canary');
  });

  test('can be steered over HTTP: faults, intruder, enrolment', async () => {
    expect((await control('attacker', { email: ADA })).status).toBe(204);
    expect((await control('enroll', { email: ADA })).status).toBe(204);
    const seen = (await (await fetch(`${simulator.url}/_simulator/account?email=${ADA}`)).json()) as object;
    expect(seen).toEqual(simulator.describe(ADA));
    expect(seen).toMatchObject({ rules: { length: 3 }, sessions: 2 });
    const fault = { match: { path: '/v1.0/' }, kind: 'status', status: 429, retryAfter: '9', times: 1 };
    expect((await control('faults', fault)).status).toBe(204);
    const struck = await fetch(`${simulator.url}/v1.0/users`);
    expect([struck.status, struck.headers.get('retry-after')]).toEqual([429, '9']);
    for (const bad of [{}, { ...fault, kind: 'no' }, { ...fault, times: 0 }, []])
      expect((await control('faults', bad)).status).toBe(400);
  });

  test('runs in a process of its own and says where', async () => {
    const child = spawn(process.execPath, ['simulators/graph/main.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    expect((await fetch(`${url}/_simulator/effects`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

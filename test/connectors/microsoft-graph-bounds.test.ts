import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallContext } from '../../activities/connectors/connector.ts';
import type { FaultKind } from '../../simulators/simulator.ts';
import { ADA, CLIENT_SECRET, createWorld, outputOf, type World } from './microsoft-graph-world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ pageSize: 2 });
});
afterEach(() => world.simulator.close());

const LIST = { method: 'GET', path: 'messageRules' };
const firstPage = (next: string) => JSON.stringify({ value: [], '@odata.nextLink': next });
const list = (over: Partial<CallContext> = {}) =>
  world.perform('ListFilters', { user_email: ADA }, world.call(over));

describe('Microsoft Graph: pages', () => {
  test('all pages are read, and each request beats the heart', async () => {
    for (let seeded = 0; seeded < 3; seeded += 1) world.simulator.seedAttacker(ADA);
    let beats = 0;
    const answer = await list({ heartbeat: () => (beats += 1) });
    expect(outputOf(answer)).toMatchObject({ count: 7, suspicious_ids: { length: 6 } });
    expect(beats).toBeGreaterThanOrEqual(4);
  });

  test('a collection of anything but objects cannot be used', async () => {
    world.simulator.fault({ match: LIST, kind: 'body', body: '{"value":[null,1]}', times: 1 });
    expect(await list()).toMatchObject({ kind: 'try_again', fault: { code: 'microsoft-graph_unreadable' } });
  });

  test('pages that lead in a circle end as a refusal', async () => {
    const circle = `${world.simulator.url}/v1.0/users/${encodeURIComponent(ADA)}/mailFolders/inbox/messageRules`;
    world.simulator.fault({ match: LIST, kind: 'body', body: firstPage(circle), times: 2 });
    expect(await list()).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_paging' } });
  });

  test('pages without end stop at a limit', async () => {
    let page = 0;
    const grow = () => `${world.simulator.url}/v1.0/messageRules?page=${(page += 1)}`;
    for (let made = 0; made < 120; made += 1)
      world.simulator.fault({ match: LIST, kind: 'body', body: firstPage(grow()), times: 1 });
    expect(await list()).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_paging' } });
  });

  test('the token does not follow a page link to another host or out of the version root', async () => {
    const seen: unknown[] = [];
    const stranger = createServer((request, response) => {
      seen.push(request.headers);
      response.end('{"value":[]}');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/v1.0/x`;
    for (const next of [
      elsewhere,
      `${world.simulator.url}/beta/x`,
      `${world.simulator.url}/v1.0/../beta`,
      'x',
    ]) {
      world.simulator.fault({ match: LIST, kind: 'body', body: firstPage(next), times: 1 });
      expect(await list()).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_paging' } });
    }
    expect(seen).toEqual([]);
    stranger.close();
  });
});

describe('Microsoft Graph: a call that is called off', () => {
  const rotate = (signal: AbortSignal) =>
    world.perform('RotatePassword', { user_email: ADA }, world.call({ signal }));

  test('while a change hangs, its fate is open', async () => {
    world.simulator.fault({ match: { method: 'PATCH' }, kind: 'hang', times: 1 });
    expect((await rotate(AbortSignal.timeout(100))).kind).toBe('unknown');
  });

  test('while the token service hangs, nothing was sent', async () => {
    world.simulator.fault({ match: { path: '/oauth2/' }, kind: 'hang', times: 1 });
    const answer = await rotate(AbortSignal.timeout(100));
    expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'microsoft-graph_token_timeout' } });
  });

  test('before anything was sent, nothing is sent', async () => {
    await list();
    const answer = await rotate(AbortSignal.abort());
    expect(answer.kind).toBe('try_again');
    expect(world.simulator.effects()).toEqual([]);
  });
});

test('whatever goes wrong, no answer holds the client secret, the password or a token', async () => {
  const faults: readonly FaultKind[] = [
    'status',
    'expired_token',
    'reset_before',
    'reset_after',
    'body',
    'hang',
  ];
  const echo = JSON.stringify({ error: { code: `Echo ${CLIENT_SECRET}`, message: CLIENT_SECRET } });
  const said: string[] = [];
  for (const path of ['/oauth2/', '/v1.0/']) {
    for (const kind of faults) {
      const fresh = await createWorld();
      fresh.simulator.seedAttacker(ADA);
      const inputs = {
        user_email: ADA,
        user_id: ADA,
        account_email: ADA,
        case_id: 'c',
        kind: 'log',
        filter_ids: ['x'],
        method_ids: ['x'],
        lifetime_minutes: 60,
        usable_once: true,
      };
      for (const type of Object.keys(fresh.connector.performs)) {
        fresh.simulator.fault({ match: { path }, kind, body: echo, status: 400, times: 2 });
        const call = fresh.call({ signal: AbortSignal.timeout(kind === 'hang' ? 50 : 5000) });
        said.push(JSON.stringify(await fresh.perform(type, inputs, call)));
      }
      said.push(JSON.stringify([fresh.simulator.effects(), fresh.simulator.describe(ADA)]));
      for (const secret of fresh.secrets.values()) expect(said.join('\n')).not.toContain(secret);
      await fresh.simulator.close();
    }
  }
  expect(said.join('\n')).not.toMatch(/sim\.[\w-]{20}|Bearer/);
  expect(said.length).toBe(228);
});

/** What becomes of a call when Google, the network or the engine gets in its way. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../activities/connectors/connector.ts';
import type { FaultKind } from '../../simulators/simulator.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { openScene, outputOf, VICTIM, type Scene } from './google-workspace-world.ts';

/** Which of the two fetch reports depends on when the reset is noticed. */
const CUT = expect.stringMatching(/^google_(econnreset|und_err_socket)$/);

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  scene.simulator.seedAttacker(VICTIM);
});
afterEach(() => scene.simulator.close());

const list = (): Promise<Answer<JsonObject>> => scene.perform('ListFilters', { user_email: VICTIM });
const rotate = (): Promise<Answer<JsonObject>> => scene.perform('RotatePassword', { user_email: VICTIM });
const suspiciousIds = async () => outputOf(await list())['suspicious_ids'] as string[];
const port = (server: Server): number => (server.address() as AddressInfo).port;
const what = (): string[] => scene.simulator.effects().map((effect) => effect.what);
function strike(method: string, kind: FaultKind, more: JsonObject = {}, path = '/v1/'): void {
  scene.simulator.fault({ match: { method, path }, kind, times: 1, ...more });
}

describe('an answer that says no', () => {
  test('429 waits as long as Retry-After says', async () => {
    strike('GET', 'status', { status: 429, retryAfter: '7' });
    expect(await list()).toMatchObject({ kind: 'try_again', because: 'rate_limited', afterMs: 7000 });
  });

  test.each(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded'])(
    '403 %s is a rate limit, not a refusal',
    async (reason) => {
      strike('GET', 'status', { status: 403, reason });
      expect(await list()).toMatchObject({ kind: 'try_again', because: 'rate_limited' });
    },
  );

  test('403 dailyLimitExceeded is refused: waiting a little does not help', async () => {
    strike('GET', 'status', { status: 403, reason: 'dailyLimitExceeded' });
    expect(await list()).toMatchObject({ kind: 'refused', fault: { code: 'google_403' } });
  });

  test('a server error leaves a change open, and a question to be asked again', async () => {
    strike('GET', 'status', { status: 500 });
    expect(await list()).toMatchObject({ kind: 'try_again', because: 'unavailable' });
    strike('PUT', 'status', { status: 502 });
    expect(await rotate()).toMatchObject({ kind: 'unknown', fault: { code: 'google_502' } });
    expect(what()).toEqual([]);
  });

  test('a missing account is refused', async () => {
    const answer = await scene.perform('RotatePassword', { user_email: 'nobody@corp.example' });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_account_unknown' } });
  });
});

describe('a token', () => {
  test('withdrawn before its time is replaced once', async () => {
    strike('GET', 'expired_token');
    expect((await list()).kind).toBe('done');
    strike('PUT', 'expired_token');
    expect((await rotate()).kind).toBe('done');
    expect(what()).toHaveLength(1);
  });

  test('refused twice in a row is a refusal', async () => {
    strike('GET', 'expired_token');
    strike('GET', 'expired_token');
    expect(await list()).toMatchObject({ kind: 'refused', fault: { code: 'google_401' } });
  });

  test('that cannot be had leaves the account untouched and the call to be tried again', async () => {
    scene.simulator.fault({
      match: { path: '/token', method: 'POST' },
      kind: 'status',
      status: 503,
      times: 1,
    });
    expect(await rotate()).toMatchObject({ kind: 'try_again', because: 'unavailable' });
    expect(what()).toEqual([]);
  });

  test('is not issued for a scope that was not granted, and the answer names the scope', async () => {
    await scene.simulator.close();
    const narrow = ['https://www.googleapis.com/auth/admin.directory.user.readonly'];
    scene = await openScene({ delegatedScopes: narrow });
    const answer = await rotate();
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_scope_missing' } });
    expect(JSON.stringify(answer)).toContain('https://www.googleapis.com/auth/admin.directory.user"');
  });
});

describe('the network', () => {
  test('cut after the change took effect leaves its fate open; the repeat finds it made, once', async () => {
    strike('PUT', 'reset_after');
    expect(await rotate()).toMatchObject({ kind: 'unknown', fault: { code: CUT } });
    expect((await rotate()).kind).toBe('done');
    expect(what()).toHaveLength(1);
  });

  test('cut before the change took effect is as open, and the repeat makes it once', async () => {
    strike('PUT', 'reset_before');
    expect((await rotate()).kind).toBe('unknown');
    expect(what()).toEqual([]);
    expect((await rotate()).kind).toBe('done');
    expect(what()).toHaveLength(1);
  });

  test('cut in the middle of several removals says what went before, and the repeat finishes', async () => {
    const filter_ids = await suspiciousIds();
    strike('DELETE', 'delay', { delayMs: 1 });
    strike('DELETE', 'status', { status: 429 });
    const answer = await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids });
    expect(answer).toMatchObject({ kind: 'unknown' });
    expect(JSON.stringify(answer)).toContain('1 of 2 filters');
    const repeat = outputOf(await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids }));
    expect(repeat).toMatchObject({ removed: [filter_ids[1]], already_gone: [filter_ids[0]] });
    expect(what()).toHaveLength(2);
  });

  test('refusing the connection means that nothing was sent', async () => {
    await scene.simulator.close();
    expect(await rotate()).toMatchObject({ kind: 'try_again', fault: { code: 'google_econnrefused' } });
  });

  test.each(['<html>Sign in to the hotel</html>', '{"filter": [', '{"filter": "none"}', '[]'])(
    'an answer that is not Google’s (%s) is never taken for an empty list or a change made',
    async (body) => {
      strike('GET', 'body', { body });
      expect(await list()).toMatchObject({ kind: 'try_again', fault: { code: 'google_unreadable' } });
      strike('PUT', 'body', { body });
      expect(await rotate()).toMatchObject({ kind: 'unknown', fault: { code: 'google_unreadable' } });
    },
  );

  test('an endless answer is cut off', async () => {
    strike('GET', 'body', { body: ' '.repeat(17 * 1024 * 1024) });
    expect(await list()).toMatchObject({ kind: 'try_again', fault: { code: 'google_answer_too_large' } });
  });

  test('redirecting elsewhere is refused, and nothing goes there', async () => {
    const visits: string[] = [];
    const thief = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end('{}');
    });
    const detour = createServer((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port(thief)}/stolen` }).end();
    });
    await Promise.all([thief, detour].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
    const lured = await openScene({}, { rootUrl: `http://127.0.0.1:${port(detour)}` });
    const answer = await lured.perform('ListFilters', { user_email: VICTIM });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_302' } });
    expect(visits).toEqual([]);
    await lured.simulator.close();
    thief.close();
    detour.close();
  });

  test('never retries by itself', async () => {
    const filter_ids = await suspiciousIds();
    strike('DELETE', 'status', { status: 503 });
    const answer = await scene.perform('DeleteFilter', { user_email: VICTIM, filter_ids });
    expect(answer.kind).toBe('unknown');
    expect(what()).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EvidenceError } from '../../activities/evidence/store.ts';
import { createMicrosoftGraph } from '../../activities/connectors/microsoft-graph/index.ts';
import type { Fault } from '../../simulators/simulator.ts';
import {
  ADA,
  CLIENT_SECRET,
  CLIENT_SECRET_REF,
  createWorld,
  memoryEvidence,
  outputOf,
} from './microsoft-graph-world.ts';
import type { World } from './microsoft-graph-world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.simulator.seedAttacker(ADA);
});
afterEach(() => world.simulator.close());

const LIST = { method: 'GET', path: 'messageRules' };
const PATCH = { method: 'PATCH' };
const TOKEN = { path: '/oauth2/v2.0/token' };
const strike = (fault: Omit<Fault, 'times'>, times = 1) => world.simulator.fault({ ...fault, times });
const list = () => world.perform('ListFilters', { user_email: ADA });
const rotate = () => world.perform('RotatePassword', { user_email: ADA });
const rulesOf = () => world.simulator.account(ADA).rules.map(({ id }) => id);

describe('Microsoft Graph: trouble becomes an answer', () => {
  test('429 with Retry-After waits that long, and the request is not repeated here', async () => {
    strike({ match: LIST, kind: 'status', status: 429, retryAfter: '7' });
    expect(await list()).toMatchObject({ kind: 'try_again', because: 'rate_limited', afterMs: 7000 });
    expect((await list()).kind).toBe('done');
  });

  test('429 without Retry-After leaves the wait to the engine’s back-off', async () => {
    strike({ match: PATCH, kind: 'status', status: 429 });
    const answer = await rotate();
    expect(answer).toMatchObject({ kind: 'try_again', because: 'rate_limited' });
    expect(answer).not.toHaveProperty('afterMs');
  });

  test.each([
    ['a 500 to a read', LIST, { kind: 'status', status: 500 }, list, 'try_again'],
    ['a 503 to a read', LIST, { kind: 'status', status: 503 }, list, 'try_again'],
    ['a 500 to a write', PATCH, { kind: 'status', status: 500 }, rotate, 'unknown'],
    [
      'a 503 with Retry-After to a write',
      PATCH,
      { kind: 'status', status: 503, retryAfter: '1' },
      rotate,
      'try_again',
    ],
    ['a 400', PATCH, { kind: 'status', status: 400 }, rotate, 'refused'],
    ['a 409', PATCH, { kind: 'status', status: 409 }, rotate, 'refused'],
    ['a cut connection on a read', LIST, { kind: 'reset_before' }, list, 'try_again'],
    ['a cut connection before a write', PATCH, { kind: 'reset_before' }, rotate, 'unknown'],
    ['a redirect', LIST, { kind: 'status', status: 302 }, list, 'refused'],
    ['HTML where JSON belongs', LIST, { kind: 'body', body: '<html>' }, list, 'try_again'],
    ['JSON without the collection', LIST, { kind: 'body', body: '{}' }, list, 'try_again'],
    ['JSON of 5,000 levels', LIST, { kind: 'body', body: '['.repeat(5000) }, list, 'refused'],
    ['a body beyond the limit', LIST, { kind: 'body', body: ' '.repeat(9_000_000) }, list, 'refused'],
    ['a token service that is down', TOKEN, { kind: 'status', status: 503 }, rotate, 'try_again'],
    [
      'a token service that throttles',
      TOKEN,
      { kind: 'status', status: 429, retryAfter: '3' },
      rotate,
      'try_again',
    ],
    ['a token service that is cut off', TOKEN, { kind: 'reset_before' }, rotate, 'try_again'],
    ['a token service that answers HTML', TOKEN, { kind: 'body', body: '<html>' }, rotate, 'try_again'],
  ] as const)('%s', async (_name, match, fault, act, kind) => {
    strike({ match, ...fault });
    expect((await act()).kind).toBe(kind);
  });

  test('a cut after the change leaves its fate open; the repeat sets the same password, so one effect is made', async () => {
    strike({ match: PATCH, kind: 'reset_after' });
    expect((await rotate()).kind).toBe('unknown');
    expect(outputOf(await rotate())['must_change']).toBe(true);
    expect(world.simulator.effects()).toHaveLength(1);
  });

  test('a cut after a deletion, repeated: each rule is removed once', async () => {
    const filter_ids = rulesOf();
    strike({ match: { method: 'DELETE' }, kind: 'reset_after' });
    expect((await world.perform('DeleteFilter', { user_email: ADA, filter_ids })).kind).toBe('unknown');
    const output = outputOf(await world.perform('DeleteFilter', { user_email: ADA, filter_ids }));
    expect(output['already_gone']).toEqual(filter_ids.slice(0, 1));
    expect(world.simulator.effects()).toHaveLength(3);
  });

  test('a refusal half-way is no clean refusal: it says how much was changed', async () => {
    strike({
      match: { method: 'DELETE', path: encodeURIComponent(rulesOf()[1] ?? '') },
      kind: 'status',
      status: 403,
    });
    const answer = await world.perform('DeleteFilter', { user_email: ADA, filter_ids: rulesOf() });
    expect(answer).toMatchObject({
      kind: 'unknown',
      fault: { message: expect.stringContaining('1 change(s)') },
    });
  });

  test('nothing is deleted when the evidence cannot be kept', async () => {
    const broken = {
      ...memoryEvidence(),
      put: () => Promise.reject(new EvidenceError('evidence_storage', 'the disk is full; free some space')),
    };
    const { tenantId, clientId } = world.simulator.application;
    const origin = world.simulator.url;
    const config = {
      tenantId,
      clientId,
      clientSecret: CLIENT_SECRET_REF,
      graphRoot: origin,
      authorityHost: origin,
    };
    const connector = createMicrosoftGraph(config, broken);
    const input = { user_email: ADA, filter_ids: rulesOf() };
    const answer = await connector.performs['DeleteFilter']?.perform(input, world.call());
    expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'evidence_storage' } });
    expect(world.simulator.effects()).toEqual([]);
  });

  test('an unknown account is refused everywhere; not even deleting takes it for already done', async () => {
    const nobody = 'nobody@corp.example';
    const input = { user_email: nobody, filter_ids: ['x'] };
    expect(await world.perform('DeleteFilter', input)).toMatchObject({
      kind: 'refused',
      fault: { code: 'microsoft-graph_404', message: expect.stringContaining('user principal name') },
    });
    expect((await world.perform('RotatePassword', { user_email: nobody })).kind).toBe('refused');
  });
});

describe('Microsoft Graph: tokens', () => {
  test('an expired token is replaced once, unnoticed', async () => {
    await list();
    strike({ match: LIST, kind: 'expired_token' });
    expect((await list()).kind).toBe('done');
  });

  test('a token that is refused twice is refused for good, with advice', async () => {
    strike({ match: LIST, kind: 'expired_token' }, 2);
    expect(await list()).toMatchObject({
      kind: 'refused',
      fault: { code: 'microsoft-graph_401', message: expect.stringContaining('check tenant, client id') },
    });
  });

  test('a wrong client secret is refused without being quoted', async () => {
    world.secrets.set(CLIENT_SECRET_REF, 'canary-wrong-secret');
    const answer = await list();
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_token_refused' } });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  test('a secret source that is down is waited for', async () => {
    world.secrets.clear();
    expect(await rotate()).toMatchObject({ kind: 'try_again', fault: { code: 'secret_unavailable' } });
  });

  test('a hundred calls at once ask for one token', async () => {
    let asked = 0;
    const secret = async () => ((asked += 1), CLIENT_SECRET);
    const call = world.call({ secret });
    await Promise.all(
      Array.from({ length: 100 }, () => world.perform('Enroll2FA', { user_email: ADA }, call)),
    );
    expect(asked).toBe(1);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { edrTaskTypes } from '../../activities/catalogue/edr.ts';
import type { Answer, CallContext, Connector } from '../../activities/connectors/connector.ts';
import { createDefender } from '../../activities/connectors/defender/index.ts';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import type { EvidenceArchive } from '../../activities/evidence/store.ts';
import {
  PACKAGE,
  startDefenderSimulator,
  type DefenderSimulator,
  type DefenderSimulatorOptions,
} from '../../simulators/defender/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../simulators/simulator.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { createCall } from './call.ts';

const HOST = 'host-0042.corp.example';
const CANARY = 'canary-defender-secret-77';
const SECRET = 'secret://env/CORDON_SECRET_EDR';
let simulator: DefenderSimulator;
let evidence: EvidenceArchive;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordon-defender-'));
  evidence = await openLocalEvidence(folder);
  simulator = await start();
});
afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const start = (options: DefenderSimulatorOptions = {}) =>
  startDefenderSimulator({ clientSecret: CANARY, machines: [HOST], ...options });
const connector = (): Connector =>
  createDefender(
    {
      tenantId: simulator.application.tenantId,
      clientId: simulator.application.clientId,
      clientSecret: SECRET,
      apiRoot: simulator.url,
      authorityHost: simulator.url,
      packageHosts: [simulator.url],
      pollMs: 5,
    },
    evidence,
  );
const call = (over: Partial<CallContext> = {}) => createCall(new Map([[SECRET, CANARY]]), over);

async function act(
  type: string,
  input: JsonObject,
  over: Partial<CallContext> = {},
): Promise<Answer<JsonObject>> {
  const contract = edrTaskTypes.find(({ name }) => name === type);
  const answer = await connector().performs[type]?.perform(
    contract?.input.parse(input) as JsonObject,
    call(over),
  );
  if (answer?.kind === 'done') contract?.output.parse(answer.output);
  expect(JSON.stringify(answer)).not.toContain('canary');
  return answer as Answer<JsonObject>;
}
const isolate = (over: Partial<CallContext> = {}) => act('IsolateEndpoint', { device_id: HOST }, over);
const strike = (fault: Omit<Fault, 'times'>, times = 1) => simulator.fault({ ...fault, times });
const isolated = () => simulator.describe(HOST)['isolated'];
const ordered = () => simulator.effects().length;
const ISOLATE = { method: 'POST', path: '/isolate' };

describe('isolating an endpoint', () => {
  test('is ordered once, waited for, and named by its action', async () => {
    expect(await isolate()).toMatchObject({
      kind: 'done',
      output: { isolated: true, already: false, action_id: expect.any(String) },
    });
    expect([isolated(), ordered()]).toEqual([true, 1]);
  });

  test('again with the same key makes no second order, and is told as ours', async () => {
    const first = await isolate();
    expect(await isolate({ attempt: 2 })).toEqual(first);
    expect(ordered()).toBe(1);
  });

  test('of a machine that is isolated already changes nothing, and there is nothing to take back', async () => {
    await isolate();
    const answer = await isolate({ key: 'other'.repeat(13) });
    expect(answer).toMatchObject({ kind: 'done', output: { already: true, action_id: null } });
    expect(answer).not.toHaveProperty('undo');
    expect(ordered()).toBe(1);
  });

  test('waits for an order that somebody else has open', async () => {
    simulator.estate.order(simulator.estate.machine(HOST), 'Isolate', 'theirs');
    expect(await isolate()).toMatchObject({ kind: 'done', output: { already: true, action_id: null } });
    expect(ordered()).toBe(0);
  });

  test('a cut after the order was taken is proved by looking, and makes one order', async () => {
    strike({ match: ISOLATE, kind: 'reset_after' });
    expect(await isolate()).toMatchObject({ kind: 'done', output: { already: false } });
    expect(ordered()).toBe(1);
  });

  test('a cut of which nothing is to be seen stays open', async () => {
    strike({ match: ISOLATE, kind: 'reset_before' });
    expect((await isolate()).kind).toBe('unknown');
    expect(ordered()).toBe(0);
  });

  test('a 500 to the order is looked after too', async () => {
    strike({ match: ISOLATE, kind: 'status', status: 500 });
    expect((await isolate()).kind).toBe('unknown');
  });

  test('cancelled while the order is open, its fate is open; the next attempt finds it', async () => {
    await simulator.close();
    simulator = await start({ looks: 1000 });
    expect((await isolate({ signal: AbortSignal.timeout(150) })).kind).toBe('unknown');
    for (const action of simulator.estate.actions) action.left = 1;
    expect(await isolate({ attempt: 2 })).toMatchObject({ kind: 'done', output: { already: false } });
    expect(ordered()).toBe(1);
  });

  test('cancelled before it begins, nothing is ordered', async () => {
    expect((await isolate({ signal: AbortSignal.abort() })).kind).toBe('try_again');
    expect(ordered()).toBe(0);
  });

  test.each(['Failed', 'TimeOut', 'Cancelled'])(
    'an order that ends as %s is a refusal with advice',
    async (status) => {
      await simulator.close();
      simulator = await start({ looks: 1000 });
      const running = isolate();
      while (simulator.estate.actions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const action of simulator.estate.actions) action.status = status;
      expect(await running).toMatchObject({
        kind: 'refused',
        fault: { code: `defender_action_${status.toLowerCase()}` },
      });
    },
  );
});

describe('taking an isolation back', () => {
  const undoing = async (saved: JsonObject, key = 'undo'.repeat(16)) =>
    connector().performs['IsolateEndpoint']?.undo?.perform(saved, call({ key }));
  const savedBy = async () => {
    const answer = await isolate();
    return answer.kind === 'done' ? (answer.undo ?? {}) : {};
  };

  test('releases the machine; again, it finds it released', async () => {
    const saved = await savedBy();
    expect(await undoing(saved)).toMatchObject({ kind: 'done', output: { changed: true } });
    expect(isolated()).toBe(false);
    expect(await undoing(saved)).toMatchObject({ kind: 'done', output: { changed: false } });
    expect(ordered()).toBe(2);
  });

  test('is refused where somebody else has isolated the machine since', async () => {
    const saved = await savedBy();
    const machine = simulator.estate.machine(HOST);
    for (const type of ['Unisolate', 'Isolate']) {
      simulator.estate.order(machine, type, 'theirs').status = 'Succeeded';
    }
    expect(await undoing(saved)).toMatchObject({ kind: 'refused', fault: { code: 'state_moved' } });
    expect(isolated()).toBe(true);
  });

  test('is described without asking anybody', async () => {
    const saved = await savedBy();
    await simulator.close();
    expect(connector().performs['IsolateEndpoint']?.undo?.describe(saved)).toMatch(/released from isolation/);
    simulator = await start();
  });

  test('a release is taken back by isolating again', async () => {
    await isolate();
    const released = await act('ReleaseEndpoint', { device_id: HOST }, { key: 'release'.repeat(9) });
    expect([released.kind, isolated()]).toEqual(['done', false]);
    const saved = released.kind === 'done' ? (released.undo ?? {}) : {};
    const undo = connector().performs['ReleaseEndpoint']?.undo;
    expect(await undo?.perform(saved, call({ key: 'again'.repeat(12) }))).toMatchObject({
      output: { changed: true },
    });
    expect(isolated()).toBe(true);
  });
});

describe('the other actions', () => {
  test('the investigation package is kept by hash, and its link gets no token of ours', async () => {
    const answer = await act('CollectInvestigationPackage', { device_id: HOST, case_id: 'INC-7' });
    const output = answer.kind === 'done' ? answer.output : {};
    const [item] = output['items'] as unknown as { sha256: string }[];
    expect(Buffer.from((await evidence.get(item?.sha256 ?? '')) ?? []).toString()).toBe(PACKAGE);
    expect((await evidence.custody('INC-7'))[0]?.lines).toHaveLength(2);
  });

  test('a package at a host that is not configured is not fetched', async () => {
    const elsewhere = createDefender(
      {
        tenantId: simulator.application.tenantId,
        clientId: simulator.application.clientId,
        clientSecret: SECRET,
        apiRoot: simulator.url,
        authorityHost: simulator.url,
        pollMs: 5,
      },
      evidence,
    );
    const input = { device_id: HOST, case_id: 'INC-7', comment: 'x' };
    const answer = await elsewhere.performs['CollectInvestigationPackage']?.perform(input, call());
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'egress_destination' } });
  });

  test('a file is stopped and quarantined once', async () => {
    const input = { device_id: HOST, sha1: 'a'.repeat(40) };
    expect(await act('StopAndQuarantineFile', input)).toMatchObject({ output: { quarantined: true } });
    await act('StopAndQuarantineFile', input, { attempt: 2 });
    expect(ordered()).toBe(1);
  });

  const indicators = [
    { type: 'domain', value: 'c2.evil.example' },
    { type: 'sha256', value: 'b'.repeat(64) },
  ];

  test('indicators are blocked once, and taken back exactly', async () => {
    const answer = await act('BlockIndicators', { indicators });
    expect(answer).toMatchObject({ output: { blocked: [{}, {}], already_blocked: [] } });
    const again = await act('BlockIndicators', { indicators }, { attempt: 2 });
    expect(again).toEqual(answer);
    expect([simulator.estate.indicators.size, ordered()]).toEqual([2, 2]);
    const saved = answer.kind === 'done' ? (answer.undo ?? {}) : {};
    const undo = connector().performs['BlockIndicators']?.undo;
    expect(undo?.describe(saved)).toContain('c2.evil.example');
    expect(await undo?.perform(saved, call())).toMatchObject({ output: { changed: true } });
    expect(simulator.estate.indicators.size).toBe(0);
    expect(await undo?.perform(saved, call())).toMatchObject({ output: { changed: false } });
  });

  test('an indicator somebody else blocks already is left to them', async () => {
    simulator.estate.indicators.set('1', {
      id: '1',
      indicatorValue: 'c2.evil.example',
      action: 'Block',
      description: 'theirs',
    });
    const answer = await act('BlockIndicators', { indicators: indicators.slice(0, 1) });
    expect(answer).toMatchObject({ output: { blocked: [], already_blocked: ['c2.evil.example'] } });
    expect(answer).not.toHaveProperty('undo');
  });

  test('an indicator that somebody allows is not overwritten', async () => {
    simulator.estate.indicators.set('1', {
      id: '1',
      indicatorValue: 'c2.evil.example',
      action: 'Allowed',
      description: 'theirs',
    });
    expect(await act('BlockIndicators', { indicators })).toMatchObject({
      kind: 'refused',
      fault: { code: 'state_moved' },
    });
    expect(ordered()).toBe(0);
  });

  test('a cut after an indicator was set is proved by looking', async () => {
    strike({ match: { method: 'POST', path: '/api/indicators' }, kind: 'reset_after' });
    expect(await act('BlockIndicators', { indicators })).toMatchObject({ output: { blocked: [{}, {}] } });
    expect(ordered()).toBe(2);
  });

  test('a refusal half-way is no clean refusal', async () => {
    strike({ match: { method: 'GET', path: '/api/indicators' }, kind: 'delay', delayMs: 0 });
    strike({ match: { method: 'GET', path: '/api/indicators' }, kind: 'status', status: 403 });
    expect(await act('BlockIndicators', { indicators })).toMatchObject({
      kind: 'unknown',
      fault: { message: expect.stringContaining('1 indicator(s)') },
    });
  });
});

describe('Defender says no', () => {
  const LOOK = { method: 'GET', path: '/api/machines' };
  test.each([
    [
      'N05: 429 with Retry-After',
      { match: LOOK, kind: 'status', status: 429, retryAfter: '11' },
      { kind: 'try_again', afterMs: 11_000 },
    ],
    [
      'N05: 429 without',
      { match: ISOLATE, kind: 'status', status: 429 },
      { kind: 'try_again', because: 'rate_limited' },
    ],
    ['503 to a look', { match: LOOK, kind: 'status', status: 503 }, { kind: 'try_again' }],
    ['a cut look', { match: LOOK, kind: 'reset_before' }, { kind: 'try_again' }],
    ['HTML', { match: LOOK, kind: 'body', body: '<html>' }, { kind: 'try_again' }],
    ['400', { match: ISOLATE, kind: 'status', status: 400 }, { kind: 'refused' }],
    ['N07: a token that ended mid-run', { match: LOOK, kind: 'expired_token' }, { kind: 'done' }],
  ] as const)('%s', async (_name, fault, expected) => {
    strike(fault);
    expect(await isolate()).toMatchObject(expected);
  });

  test('a hang is left when the call ends', async () => {
    strike({ match: LOOK, kind: 'hang' });
    expect((await isolate({ signal: AbortSignal.timeout(300) })).kind).toBe('try_again');
  });

  test('a wrong client secret is refused without being quoted', async () => {
    expect(await isolate({ secret: async () => 'canary-wrong' })).toMatchObject({
      kind: 'refused',
      fault: { code: 'defender_token_refused' },
    });
  });

  test('a missing permission is named', async () => {
    await simulator.close();
    simulator = await start({ roles: ['Machine.Read.All'] });
    expect(await isolate()).toMatchObject({
      kind: 'refused',
      fault: { code: 'defender_403', message: expect.stringContaining('Machine.Isolate') },
    });
  });

  test('a machine nobody knows is refused, and so is a name with tricks in it', async () => {
    for (const device_id of ['nowhere', '0'.repeat(40)])
      expect(await act('IsolateEndpoint', { device_id })).toMatchObject({
        fault: { code: 'defender_machine' },
      });
  });
});

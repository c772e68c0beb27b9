import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { PolicyRequest } from '../../activities/policy/engine.ts';
import { opaAddress } from '../../activities/policy/opa/ask.ts';
import { createOpaEngine } from '../../activities/policy/opa/opa.ts';
import { alice, request, SET } from './questions.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener, at: number | string = 0): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  );
  if (typeof at === 'string') return `unix:${at}:/v1/data/cordon/verdict`;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/data/cordon/verdict`;
}

async function decide(url: string, over: Partial<PolicyRequest> = {}) {
  const address = opaAddress(url);
  if (address === null) throw new Error(`${url} is refused`);
  return createOpaEngine(SET, { address, timeoutMs: 300 }).decide({ ...request, ...over });
}

const saying =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

const permit = { id: 'look', effect: 'permit', reason: 'looking changes nothing' };
const allow = { effect: 'allow', rules: [permit], obligations: [] };
const approval = { kind: 'approval', quorum: 1 };

describe('P12: OPA is believed only when it says exactly what our contract says;', () => {
  test('then it is (control)', async () => {
    expect(await decide(await serve(saying({ result: allow })))).toMatchObject({
      effect: 'allow',
      errors: [],
    });
  });

  test.each<[string, RequestListener]>([
    ['a failure of its own', saying({ result: allow }, 500)],
    ['an empty answer that counts as success elsewhere', saying('', 204)],
    ['nothing, because the path leads nowhere', saying({})],
    ['an empty result', saying({ result: {} })],
    ['the word true', saying({ result: 'true' })],
    ['true itself', saying({ result: true })],
    ['a list', saying({ result: [allow] })],
    ['null', saying({ result: null })],
    ['something that is not JSON', saying('<html>allow</html>')],
    ['two effects', saying({ result: { ...allow, effect: 'allow deny' } })],
    ['an allow without a rule', saying({ result: { ...allow, rules: [] } })],
    ['an allow without a permit', saying({ result: { ...allow, rules: [{ ...permit, effect: 'forbid' }] } })],
    ['an allow that asks for approval', saying({ result: { ...allow, obligations: [approval] } })],
    [
      'a wish for approval without saying how many',
      saying({ result: { ...allow, effect: 'needs_approval' } }),
    ],
    ['an obligation nobody knows', saying({ result: { ...allow, obligations: [{ kind: 'pray' }] } })],
    ['a field nobody knows', saying({ result: { ...allow, allow: true } })],
    [
      'a rule in the name of a guard',
      saying({ result: { ...allow, rules: [{ ...permit, id: 'guard.kill_switch' }] } }),
    ],
    ['a huge body', saying(' '.repeat(300 * 1024) + JSON.stringify({ result: allow }))],
    ['a huge rule list', saying({ result: { ...allow, rules: Array.from({ length: 200 }, () => permit) } })],
    [
      'a redirect to where allow is said',
      (asked, response) =>
        void (asked.url?.startsWith('/v1/data/other')
          ? response.end(JSON.stringify({ result: allow }))
          : response.writeHead(307, { location: '/v1/data/other' }).end()),
    ],
    ['nothing for too long', () => {}],
    [
      'an answer that drips for ever',
      (_asked, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(drip));
      },
    ],
    ['an answer cut off', (_asked, response) => void (response.write('{"result":'), response.destroy())],
  ])('%s denies, and at once', async (_what, listener) => {
    const url = await serve(listener);
    const startedAt = performance.now();
    const verdict = await decide(url);
    expect(verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }], obligations: [] });
    expect(verdict.errors[0]).toMatch(/^OPA/);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test('silence because it is down denies', async () => {
    const url = await serve(saying({ result: allow }));
    open.splice(0).forEach((server) => server.close());
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await decide(url)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
  });

  test('one odd answer among several targets denies all of them', async () => {
    let asked = 0;
    const url = await serve(
      (_request, response) =>
        void response.end(JSON.stringify({ result: (asked += 1) === 2 ? 'true' : allow })),
    );
    const targets = ['a', 'b', 'c'].map((id) => ({ ...alice, id }));
    expect((await decide(url, { targets })).effect).toBe('deny');
    expect(asked).toBe(2);
  });

  test('policies that change between two targets of one task deny it', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      const provenance = { bundles: { soc: { revision: `r${(asked += 1)}` } } };
      response.end(JSON.stringify({ result: allow, provenance }));
    });
    const verdict = await decide(url, { targets: [alice, { ...alice, id: 'b' }] });
    expect(verdict).toMatchObject({ effect: 'deny' });
    expect(verdict.errors[0]).toContain('changed');
  });
});

describe('OPA is asked', () => {
  test('at the configured path whatever a request holds, over a socket too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordon-opa-'));
    const paths = new Set<string | undefined>();
    const listener: RequestListener = (asked, response) => {
      paths.add(asked.url?.split('?')[0]);
      response.end(JSON.stringify({ result: allow }));
    };
    const hostile = { type: '../../v1/policies', playbook: '?x=1#', targets: [{ ...alice, id: '/../../x' }] };
    for (const place of [0, join(folder, 'opa.sock')])
      expect((await decide(await serve(listener, place), hostile)).effect).toBe('allow');
    expect([...paths]).toEqual(['/v1/data/cordon/verdict']);
    rmSync(folder, { recursive: true });
  });

  test('and names the bundle that spoke', async () => {
    const provenance = { bundles: { soc: { revision: 'r7' } } };
    const verdict = await decide(await serve(saying({ result: allow, provenance })));
    expect(verdict.engine).toBe('opa (revision soc@r7)');
  });

  test.each([
    'http://opa.example:8181/v1/data/cordon/verdict',
    'http://10.0.0.1/v1/data/cordon/verdict',
    'https://127.0.0.1/v1/data/cordon/verdict',
    'http://localhost:8181/v1/data/cordon/verdict',
    'http://user:pass@127.0.0.1/v1/data/x',
    'http://127.0.0.1/v1/policies',
    'http://127.0.0.1/v1/data/../policies',
    'http://127.0.0.1/v1/data/x?input={}',
    'http://127.0.0.1.attacker.example/v1/data/x',
    'unix:relative.sock:/v1/data/x',
    'file:///v1/data/x',
  ])('nowhere but on this machine, at one data path: %s is refused', (url) => {
    expect(opaAddress(url)).toBeNull();
  });
});

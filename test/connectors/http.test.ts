import { afterEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { HttpRequest } from '../../activities/catalogue/http.ts';
import type { Answer, CallContext } from '../../activities/connectors/connector.ts';
import { createHttp } from '../../activities/connectors/http/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { createCall, json, startDouble, type Arrived, type Double } from './call.ts';
import { memoryEvidence, type MemoryEvidence } from './microsoft-graph-world.ts';

const CANARY = 'canary-http-5d1e77';
const REFERENCE = 'secret://env/CORDON_SECRET_SOAR';
let server: Double;
let evidence: MemoryEvidence;
afterEach(() => server.close());

const serve = async (answer: (request: Arrived, response: ServerResponse) => void) => {
  server = await startDouble(answer);
  evidence = memoryEvidence();
};

async function ask(input: JsonObject = {}, over: Partial<CallContext> = {}): Promise<Answer<JsonObject>> {
  const performance = createHttp({ hosts: [server.url] }, evidence).performs['HttpRequest'];
  const checked = HttpRequest.input.parse({ method: 'POST', url: `${server.url}/tickets`, ...input });
  const call = createCall(new Map([[REFERENCE, CANARY]]), over);
  const answer = await performance?.perform(checked as JsonObject, call);
  if (answer?.kind === 'done') HttpRequest.output.parse(answer.output);
  expect(JSON.stringify(answer)).not.toContain(CANARY);
  return answer as Answer<JsonObject>;
}
const outputOf = (answer: Answer<JsonObject>) => (answer.kind === 'done' ? answer.output : answer);

describe('a request to a listed host', () => {
  test('is sent as written, and status, chosen headers and JSON come back', async () => {
    await serve((_request, response) => json(response, 201, { id: 7 }, { 'x-id': '7', 'x-other': 'n' }));
    const answer = await ask({
      body: { title: 'Mailbox' },
      headers: [{ name: 'X-Source', value: 'cordon' }],
      return_headers: ['X-Id'],
    });
    expect(outputOf(answer)).toEqual({
      status: 201,
      headers: [{ name: 'x-id', value: '7' }],
      json: { id: 7 },
      artifact: null,
    });
    expect(server.arrived[0]).toMatchObject({
      method: 'POST',
      url: '/tickets',
      body: '{"title":"Mailbox"}',
      headers: { 'x-source': 'cordon', 'content-type': 'application/json' },
    });
  });

  test('carries the same key on every attempt, so that a repeat after a cut makes one effect', async () => {
    const made = new Set<string>();
    let cut = true;
    await serve((request, response) => {
      made.add(String(request.headers['idempotency-key']));
      if (cut) response.socket?.resetAndDestroy();
      else json(response, 200, {});
      cut = false;
    });
    const input = { idempotency_header: 'Idempotency-Key', idempotent: true };
    expect((await ask(input)).kind).toBe('try_again');
    expect((await ask(input, { attempt: 2 })).kind).toBe('done');
    expect(made.size).toBe(1);
  });

  test('never leaves for a host that is not listed', async () => {
    await serve((_request, response) => json(response, 200, {}));
    const answer = await ask({ url: 'https://elsewhere.example.org/x' });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'egress_destination' } });
    expect(server.arrived).toEqual([]);
  });

  test('an answer that is no JSON, or large, is kept as evidence', async () => {
    await serve((_request, response) => response.end('<html>done</html>'));
    expect(outputOf(await ask())).toMatchObject({
      json: null,
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await server.close();
    await serve((_request, response) => json(response, 200, { a: 'x'.repeat(70_000) }));
    expect(outputOf(await ask())).toMatchObject({ json: null, artifact: expect.any(String) });
  });
});

describe('a secret in a request', () => {
  const secret_headers = [{ name: 'Authorization', secret: REFERENCE, prefix: 'Bearer ' }];

  test('goes out in its header, and S01: an answer that echoes it is blotted', async () => {
    await serve((request, response) =>
      json(
        response,
        200,
        { got: request.headers.authorization },
        { 'x-echo': request.headers.authorization },
      ),
    );
    expect(outputOf(await ask({ secret_headers, return_headers: ['x-echo'] }))).toMatchObject({
      json: { got: 'Bearer [secret]' },
      headers: [{ name: 'x-echo', value: 'Bearer [secret]' }],
    });
    expect(server.arrived[0]?.headers.authorization).toBe(`Bearer ${CANARY}`);
  });

  test('is asked for together with the host it goes to', async () => {
    await serve((_request, response) => json(response, 200, {}));
    const asked: (string | undefined)[] = [];
    const secret = async (_reference: string, host?: string) => (asked.push(host), CANARY);
    await ask({ secret_headers }, { secret });
    expect(asked).toEqual([new URL(server.url).host]);
  });

  test('that is not there sends nothing', async () => {
    await serve((_request, response) => json(response, 200, {}));
    const missing = [{ name: 'X-Key', secret: 'secret://env/CORDON_SECRET_NONE' }];
    expect(await ask({ secret_headers: missing })).toMatchObject({
      kind: 'refused',
      fault: { code: 'secret_missing' },
    });
    expect(server.arrived).toEqual([]);
  });

  test.each([
    ['Authorization', 'header_needs_reference'],
    ['Cookie', 'header_needs_reference'],
    ['Host', 'header_not_open'],
    ['Transfer-Encoding', 'header_not_open'],
    ['Content-Length', 'header_not_open'],
    ['Proxy-Authenticate', 'header_not_open'],
  ])('%s cannot be written out in a playbook', async (name, code) => {
    await serve((_request, response) => json(response, 200, {}));
    expect(await ask({ headers: [{ name, value: 'x' }] })).toMatchObject({
      kind: 'refused',
      fault: { code },
    });
  });
});

describe('trouble becomes an answer', () => {
  const status =
    (code: number, headers = {}) =>
    (_request: Arrived, response: ServerResponse) =>
      json(response, code, {}, headers);

  test.each([
    ['N05: 429 with Retry-After', status(429, { 'retry-after': '7' }), { kind: 'try_again', afterMs: 7000 }],
    ['N05: 429 without', status(429), { kind: 'try_again', because: 'rate_limited' }],
    [
      'N05: 429 with an absurd Retry-After',
      status(429, { 'retry-after': '99999999' }),
      { kind: 'try_again', afterMs: 900_000 },
    ],
    ['401', status(401), { kind: 'refused', fault: { code: 'http_401' } }],
    ['403', status(403), { kind: 'refused' }],
    ['404', status(404), { kind: 'refused' }],
    ['a redirect of a change', status(307, { location: '/x' }), { kind: 'refused' }],
    ['500', status(500), { kind: 'unknown' }],
  ] as const)('%s', async (_name, answer, expected) => {
    await serve(answer);
    expect(await ask()).toMatchObject(expected);
  });

  test('N05: a cut after a POST leaves its fate open; the same of a GET is simply tried again', async () => {
    await serve((_request, response) => void response.socket?.resetAndDestroy());
    expect((await ask()).kind).toBe('unknown');
    expect((await ask({ method: 'GET' })).kind).toBe('try_again');
    expect((await ask({ idempotent: true })).kind).toBe('try_again');
  });

  test('a server that hangs is left when the call ends', async () => {
    await serve(() => undefined);
    expect((await ask({}, { signal: AbortSignal.timeout(150) })).kind).toBe('unknown');
    expect((await ask({}, { signal: AbortSignal.abort() })).kind).toBe('try_again');
    expect(server.arrived).toHaveLength(1);
  });

  test('nobody listening means that nothing was sent', async () => {
    await serve((_request, response) => json(response, 200, {}));
    await server.close();
    expect((await ask()).kind).toBe('try_again');
  });
});

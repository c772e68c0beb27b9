import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { startServer } from '../../client/server/start.ts';
import { bundleWorkflows, type Bundle } from '../../worker/bundle.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { quietRuntime, startWorker, type StartedWorker } from '../../worker/main.ts';
import { findFullServer } from './binary.ts';
import { startFullServer, type FullServerInput } from './full-server.ts';
import { openIssuer, type Issuer } from './issuer.ts';
import { ROSTER } from './roster.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cordon-probe-'));
const stops: (() => Promise<void>)[] = [];
let issuer: Issuer;
let bundle: Bundle;
let binary: string;

jest.setTimeout(90_000);
beforeAll(async () => {
  quietRuntime(() => undefined);
  issuer = await openIssuer('login');
  [bundle, binary] = await Promise.all([bundleWorkflows(), findFullServer()]);
}, 30 * 60_000);
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
afterAll(async () => {
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

function configWith(accept: boolean): Config {
  const file = join(folder, 'cordon.yaml');
  const [playbooks, policies] = [join(root, 'playbooks'), join(root, 'policies')];
  const settings = {
    task_queue: 'soc',
    playbooks,
    policies,
    roster: { file: 'roster.yaml' },
    principal: { accept },
  };
  writeFileSync(file, stringify(settings), { mode: 0o600 });
  writeFileSync(join(folder, 'roster.yaml'), stringify(ROSTER), { mode: 0o600 });
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

async function start(
  accept: boolean,
  address: string,
  namespace: string,
  token: string | null,
): Promise<StartedWorker> {
  const metadata = token === null ? {} : { metadata: { authorization: `Bearer ${token}` } };
  const started = await startWorker({
    config: configWith(accept),
    temporal: { connectionOptions: { address, ...metadata }, namespace },
    bundle,
    graceMs: 100,
    log: () => undefined,
  });
  if (started.kind === 'worker') stops.push(started.stop);
  return started;
}

async function startOn(
  server: Partial<FullServerInput>,
  door: 'address' | 'internalAddress' = 'address',
): Promise<StartedWorker> {
  const namespace = 'soc';
  const adminToken = await issuer.token('admin', 'temporal-system:admin');
  const running = await startFullServer({
    binary,
    jwksUrl: issuer.jwksUrl,
    propagation: true,
    namespace,
    adminToken,
    ...server,
  });
  stops.push(running.stop);
  return start(true, running[door], namespace, await issuer.token('worker', `${namespace}:write`));
}

const SETTINGS = [
  'global.authorization.authorizer: default',
  'global.authorization.claimMapper: default',
  'global.authorization.jwtKeyProvider.keySourceURIs',
  'frontend.enablePrincipalPropagation: true for namespace soc',
];

describe('a worker that shall take votes by the server’s word', () => {
  test('starts where the server gives it', async () => {
    expect((await startOn({})).kind).toBe('worker');
  });

  test.each<[string, Partial<FullServerInput>, RegExp]>([
    [
      'lets everybody in (no-op authorizer)',
      { jwksUrl: null },
      /^principal\.accept: server 1\.\d+\.\d+ does not say who/,
    ],
    ['reads no tokens (no claim mapper)', { claims: false }, /does not say who sent a vote/],
    ['does not propagate principals', { propagation: false }, /does not say who sent a vote/],
  ])('C02: is refused where the server %s, with the settings to change', async (_what, server, says) => {
    const started = await startOn(server);
    if (started.kind !== 'problems') throw new Error('it started');
    expect(started.problems).toHaveLength(1);
    expect(started.problems[0]).toMatch(says);
    for (const setting of SETTINGS) expect(started.problems[0]).toContain(setting);
  });

  test('C02: is refused at the internal frontend, where nobody is asked who they are', async () => {
    const started = await startOn({}, 'internalAddress');
    expect(started).toMatchObject({
      problems: [expect.stringMatching(/internal frontend .* TEMPORAL_ADDRESS/)],
    });
  });

  test('C02: is refused by a server that is too old to say it, and starts there when told not to ask', async () => {
    const server = await startServer();
    stops.push(server.stop);
    const started = await start(true, server.address, server.namespace, null);
    expect(started).toMatchObject({
      kind: 'problems',
      problems: [expect.stringMatching(/server 1\.(29|30)\.\d+ cannot say who .* 1\.31 or newer/)],
    });
    expect((await start(false, server.address, server.namespace, null)).kind).toBe('worker');
  });
});

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { openSecrets } from '../../activities/secrets/index.ts';
import type { Fault } from '../../simulators/simulator.ts';
import { approvalsQuery, statusQuery } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { ALICE, CARLA, goThrough, RILEY, SAM, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();

/** What requests to the simulated providers are signed with, while `work` runs. */
async function credentialsSeen<T>(work: () => Promise<T>): Promise<readonly [readonly string[], T]> {
  const seen = new Set<string>();
  const look = (message: unknown): void => {
    const { authorization } = (message as { readonly request: IncomingMessage }).request.headers;
    if (authorization !== undefined) seen.add(authorization.replace(/^Bearer /, ''));
  };
  subscribe('http.server.request.start', look);
  try {
    const result = await work();
    return [[...seen], result];
  } finally {
    unsubscribe('http.server.request.start', look);
  }
}

/** Trouble of every kind, so that errors are written and told as well. */
const TROUBLE: readonly Fault[] = [
  { match: { method: 'GET', path: '/users/' }, kind: 'expired_token', times: 1 },
  { match: { method: 'GET', path: '/users/' }, kind: 'status', status: 503, times: 1 },
  { match: { method: 'PUT' }, kind: 'reset_after', times: 1 },
  { match: { method: 'PATCH' }, kind: 'reset_after', times: 1 },
  { match: { method: 'DELETE' }, kind: 'status', status: 429, retryAfter: '1', times: 1 },
];

async function containBoth(scene: Scene): Promise<readonly Run[]> {
  const told = [
    [scene.google, ALICE],
    [scene.graph, CARLA],
  ] as const;
  return Promise.all(
    told.map(async ([provider, account]) => {
      provider.seedAttacker(account);
      for (const fault of TROUBLE) provider.fault(fault);
      const run = await scene.start({
        caseId: account.replace('@', '.'),
        context: { target_email: account },
      });
      expect((await goThrough(run, provider, account)).status).toBe('completed');
      return run;
    }),
  );
}

/** The passwords that were set, by the references that the runs put out. */
async function passwordsOf(scene: Scene, runs: readonly Run[]): Promise<readonly string[]> {
  const { kept } = scene.config.secrets;
  const opened = openSecrets({ env: {}, envNames: [], fileFolder: null, keptFolder: kept, bindings: {} });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return Promise.all(
    runs.map(async (run) => {
      const reference = (await run.result()).tasks['rotate_password']?.output?.['password_ref'];
      if (typeof reference !== 'string') throw new Error('the run put out no reference');
      const secret = await opened.secrets.resolve(reference, 'test');
      if (secret.kind === 'no_secret') throw new Error(secret.fault.message);
      return secret.value;
    }),
  );
}

/** The history as it would be exported, and what its payloads say. */
async function historyOf(run: Run): Promise<string> {
  const json = historyToJSON(await run.handle.fetchHistory());
  const payloads = [...json.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString('latin1'),
  );
  return [json, ...payloads].join('\n');
}

/** Every file that a run leaves behind: record with its write-ahead log, evidence, custody, kept secrets. */
function filesOf(folder: string, but: string): readonly (readonly [name: string, text: string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (but === '' || !entry.parentPath.endsWith(but)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length + 1), readFileSync(path).toString('latin1')] as const);
}

test('S01, S06: no secret of two runs full of trouble is in history, record, evidence, logs, mails or answers', async () => {
  const scene = await stage.open();
  const [tokens, runs] = await credentialsSeen(() => containBoth(scene));
  const passwords = await passwordsOf(scene, runs);
  expect(scene.google.passwordIs(ALICE, String(passwords[0]))).toBe(true);
  expect(scene.graph.passwordIs(CARLA, String(passwords[1]))).toBe(true);

  const { private_key: key } = JSON.parse(scene.google.keyFile) as { readonly private_key: string };
  const keyLines = key.split('\n').filter((line) => line.length === 64);
  const secrets = [...passwords, ...tokens, ...keyLines, scene.graph.application.clientSecret];
  expect(tokens.filter((token) => token.startsWith('ya29.')).length).toBeGreaterThan(1);
  expect(tokens.filter((token) => token.startsWith('sim.')).length).toBeGreaterThan(1);
  expect(keyLines.length).toBeGreaterThan(20);

  const places = new Map<string, string>(filesOf(scene.folder, 'credentials'));
  for (const run of runs) {
    places.set(`history of ${run.id}`, await historyOf(run));
    const answers = [await run.handle.query(statusQuery), await run.handle.query(approvalsQuery)];
    places.set(`answers of ${run.id}`, JSON.stringify([...answers, await run.result(), run.record()]));
    places.set(`description of ${run.id}`, JSON.stringify((await run.handle.describe()).raw));
  }
  places.set('worker log', [...scene.logged, ...stage.logged].join('\n'));
  places.set(
    'mails',
    scene.mail
      .messages()
      .map(({ raw, text }) => `${raw}\n${text}`)
      .join('\n'),
  );
  places.set('effects', JSON.stringify([scene.google.effects(), scene.graph.effects()]));

  expect(leaks(places, secrets)).toEqual([]);
  expect(scene.logged.join('\n')).toMatch(/act will be tried again/);

  // Control: the search finds them where they do lie, and it looked where it had to.
  const credentials = join(scene.folder, 'credentials');
  const lying = new Map(filesOf(credentials, ''));
  expect(new Set(leaks(lying, secrets))).toEqual(new Set(['google-service-account', 'graph-client-secret']));
  expect([...places.keys()]).toEqual(expect.arrayContaining(['cordon.db', 'cordon.db-wal']));
  expect(
    [...places.keys()].filter((name) => /^(evidence\/custody|evidence\/sha256|kept)\//.test(name)).length,
  ).toBeGreaterThan(4);
});

test('S06: what Temporal indexes of a run names no person: ids, search attributes, memo, listings', async () => {
  const scene = await stage.open({ activityIds: 'digest' });
  scene.google.seedAttacker(ALICE);
  const run = await scene.start({ caseId: 'CASE-2031' });
  await run.opens('rotate_password', 'approval');
  const listed = await eventually('the run is listed', async () => {
    for await (const one of scene.client.workflow.list({ query: `WorkflowId = '${run.id}'` })) return one;
    return null;
  });
  const { raw } = await run.handle.describe();
  const indexed = JSON.stringify([raw, listed.raw], (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(indexed).toContain('CordonCase');
  expect(indexed).toContain('CASE-2031');
  for (const person of [ALICE, 'alice', RILEY, 'riley', SAM]) expect(indexed).not.toContain(person);

  // Who may ask the run itself does see them: an approver has to know whom a task is about.
  expect(JSON.stringify(await run.handle.query(approvalsQuery))).toContain(ALICE);
  await run.reject('rotate_password');
  await run.reject('delete_suspicious_filters');
});

/** The places that hold one of the secrets, in any form. */
function leaks(places: ReadonlyMap<string, string>, secrets: readonly string[]): readonly string[] {
  const sought = secrets.flatMap(forms);
  return [...places].flatMap(([place, text]) => (sought.some((form) => text.includes(form)) ? [place] : []));
}

/** As it is, and as it looks inside JSON, a URL, and base64. */
function forms(secret: string): readonly string[] {
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,3}={0,2}$/, '');
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
}

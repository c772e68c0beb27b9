/** A secret that nobody else has, sent down every path where one could get lost. It must be nowhere afterwards. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { createAsk } from '../../activities/ask.ts';
import { createCheck } from '../../activities/check.ts';
import type { Answer, CallContext } from '../../activities/connectors/connector.ts';
import { openSecrets, type Secrets } from '../../activities/secrets/index.ts';
import { SecretUnavailable } from '../../activities/secrets/unavailable.ts';
import { openStores } from '../../activities/stores/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { callFor, cardBody, entriesOf, noted, question, RUN, START, worldOf } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';

const CANARY = 'c4nary/+"t0ken"=\\ß';
const REFERENCE = 'secret://file/canary';
const folder = temporaryFolder();

function secretsWith(value: string | null): Secrets {
  const files = join(folder, 'secrets');
  mkdirSync(files, { recursive: true, mode: 0o700 });
  if (value !== null) writeFileSync(join(files, 'canary'), value, { mode: 0o600 });
  const opened = openSecrets({
    env: {},
    envNames: [],
    fileFolder: files,
    keptFolder: join(folder, 'kept'),
    bindings: {},
  });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return opened.secrets;
}

/** As it is, in JSON once and twice, in a URL, in base64. */
function forms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,3}={0,2}$/, '');
  return [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret), base64];
}

const places = (texts: ReadonlyMap<string, string>): readonly string[] =>
  [...texts].flatMap(([place, text]) => (forms(CANARY).some((form) => text.includes(form)) ? [place] : []));

let runs = 0;

/** Everything that one call leaves behind, by place. */
async function traces(
  perform: (input: JsonObject, call: CallContext, secret: string) => Promise<Answer<JsonObject>>,
): Promise<ReadonlyMap<string, string>> {
  const secrets = secretsWith(CANARY);
  const home = join(folder, `run-${(runs += 1)}`);
  mkdirSync(home);
  const ledger = await openStores(join(home, 'cordon.db'), { log: 'test', now: () => START });
  const { world } = worldOf(ledger, {
    secret: async (reference, reader) => {
      const found = await secrets.resolve(reference, reader);
      if (found.kind === 'no_secret') throw new SecretUnavailable(found.fault);
      return found.value;
    },
    redact: (text) => secrets.redact(text),
    perform: async (input, call) => perform(input, call, await call.secret(REFERENCE)),
    like: { check: async (_input, call) => ({ removed: [await call.secret(REFERENCE)] }) },
  });
  const asked = question({ inputs: { user: 'alice', ids: [REFERENCE] } });
  const call = callFor(asked, { retry: { attempts: 1, backoffMs: 1, on: ['unknown'] } });
  const card = await createAsk(world)({ run: RUN, facts: [], body: cardBody({ inputs: asked.inputs }) });
  const told = await createAct(world)({ run: RUN, facts: [noted()], call, at: START }).catch(
    (error: unknown) => error,
  );
  const polled = await createCheck(world)({ run: RUN, call });
  const found = new Map<string, string>([
    [
      'answer',
      told instanceof Error
        ? `${told.message}${told.stack ?? ''}${String(told.cause)}`
        : JSON.stringify(told),
    ],
    ['poll', JSON.stringify(polled)],
    ['card', JSON.stringify(card)],
    ['record', JSON.stringify(await entriesOf(ledger))],
  ]);
  for (const name of readdirSync(home)) found.set(name, readFileSync(join(home, name)).toString('latin1'));
  await ledger.close();
  return found;
}

const ASCII = CANARY.replace('ß', 's');
const output = (text: string): Answer<JsonObject> => ({ kind: 'done', output: { removed: [text] } });
const fault = (message: string): Answer<JsonObject> => ({ kind: 'refused', fault: { code: 'no', message } });

describe('S01: a secret is left nowhere', () => {
  test.each<[string, (secret: string) => Answer<JsonObject> | Error]>([
    ['an error that a client throws', (secret) => new Error(`401 for ${secret}`)],
    [
      'the cause of an error, and its stack',
      (secret) => Object.assign(new Error('failed', { cause: secret }), { stack: `Error: ${secret}\n at x` }),
    ],
    [
      'an error with a request in it',
      (secret) => Object.assign(new Error('x'), { config: { headers: { a: secret } } }),
    ],
    ['an error that is named after it', (secret) => Object.assign(new Error('x'), { name: secret })],
    [
      'a URL in a fault',
      (secret) => fault(`GET https://api.example/?key=${encodeURIComponent(secret)} failed`),
    ],
    [
      'a fault that quotes a header',
      (secret) => fault(`Basic ${Buffer.from(`cordon:${secret}`).toString('base64')}`),
    ],
    ['a fault of unknown fate', (secret) => ({ kind: 'unknown', fault: { code: 'x', message: secret } })],
    [
      'a fault that is tried again',
      (secret) => ({ kind: 'try_again', because: 'unavailable', fault: { code: 'x', message: secret } }),
    ],
    ['a header that a provider echoes', (secret) => output(`{"authorization":"Bearer ${secret}"}`)],
    [
      'the body of a redirect',
      (secret) => output(`<a href="https://x/?t=${encodeURIComponent(secret)}">moved</a>`),
    ],
    ['an answer in JSON within JSON', (secret) => output(JSON.stringify(JSON.stringify({ secret })))],
    [
      'instructions for a person',
      (secret) => ({
        kind: 'action_required',
        instructions: `log in with ${secret}`,
        onceDone: { removed: [secret] },
      }),
    ],
  ])('by %s', async (_path, leak) => {
    const found = await traces(async (_input, _call, secret) => {
      const leaked = leak(secret);
      if (leaked instanceof Error) throw leaked;
      return leaked;
    });
    expect(places(found)).toEqual([]);
    expect(found.get('record')).toContain('connector_intent');
    expect([...found.keys()]).toEqual(expect.arrayContaining(['card', 'poll', 'cordon.db', 'cordon.db-wal']));
  });

  test('and the search finds it where it does lie (control)', () => {
    const lying = new Map(forms(CANARY).map((form, at) => [`form ${at}`, `before ${form} after`]));
    expect(places(lying)).toHaveLength(forms(CANARY).length);
  });

  test('by the reference that travels in its place: inputs and cards hold that and nothing else', async () => {
    const found = await traces(async (input) => output(JSON.stringify(input)));
    expect(found.get('card')).toContain(REFERENCE);
    expect(found.get('answer')).toContain(REFERENCE);
    expect(places(found)).toEqual([]);
  });
});

describe('S02: a secret is blotted out of the log', () => {
  async function logged(...lines: readonly string[]): Promise<readonly string[]> {
    const secrets = secretsWith(ASCII);
    await secrets.resolve(REFERENCE, 'test');
    const written: string[] = [];
    const guard = secrets.guardLines((line) => void written.push(line));
    for (const line of lines) guard.write(line);
    guard.flush();
    return written;
  }
  const [head, tail] = [ASCII.slice(0, 9), ASCII.slice(9)];

  test.each([
    ['as base64', Buffer.from(ASCII).toString('base64')],
    ['in a URL', encodeURIComponent(ASCII)],
    ['in JSON', JSON.stringify(ASCII)],
  ])('%s', async (_how, text) => {
    expect(await logged(`before ${text} after`)).toEqual([
      expect.stringMatching(/^before .*\[secret\].* after$/),
    ]);
  });

  test('also when it comes in two pieces, in any of its forms', async () => {
    expect(await logged(`before ${head}`, `${tail} after`)).toEqual(['before [secret]', '[secret] after']);
    const base64 = Buffer.from(ASCII).toString('base64').replaceAll('=', '');
    expect(await logged(base64.slice(0, 10), base64.slice(10))).toEqual([
      '[secret]',
      expect.stringMatching(/^\[secret\]/),
    ]);
  });

  test('and a line that only began like one is written as it was, in its order', async () => {
    expect(await logged(`ends in ${head}`, 'something else', 'last')).toEqual([
      `ends in ${head}`,
      'something else',
      'last',
    ]);
  });

  test('while a line that waits is let go by itself', async () => {
    const secrets = secretsWith(ASCII);
    await secrets.resolve(REFERENCE, 'test');
    const written: string[] = [];
    secrets.guardLines((line) => void written.push(line)).write(`ends in ${head}`);
    expect(written).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(written).toEqual([`ends in ${head}`]);
  });
});

describe('S04: a secret is read when it is used', () => {
  test('so that a rotated one counts at once, and the old one is still blotted out', async () => {
    const secrets = secretsWith('the-first-secret');
    await secrets.resolve(REFERENCE, 'test');
    writeFileSync(join(folder, 'secrets', 'canary'), 'the-second-secret', { mode: 0o600 });
    expect(await secrets.resolve(REFERENCE, 'test')).toEqual({ kind: 'secret', value: 'the-second-secret' });
    expect(secrets.redact('the-first-secret the-second-secret')).toBe('[secret] [secret]');
  });

  test('so that one that cannot be had stops the call before anything is sent, and the call is tried again', async () => {
    const files = join(folder, 'secrets');
    const secrets = secretsWith(CANARY);
    const ledger = await openStores(join(folder, 'deleted.db'), { log: 'test', now: () => START });
    const sent: string[] = [];
    const { world } = worldOf(ledger, {
      secret: async (reference, reader) => {
        const found = await secrets.resolve(reference, reader);
        if (found.kind === 'no_secret') throw new SecretUnavailable(found.fault);
        return found.value;
      },
      redact: (text) => secrets.redact(text),
      perform: async (_input, call) => {
        sent.push(await call.secret(REFERENCE));
        return output('x');
      },
    });
    const act = createAct(world);
    const attempt = (): Promise<unknown> => act({ run: RUN, facts: [noted()], call: callFor(), at: START });
    expect(await secrets.resolve(REFERENCE, 'test')).toMatchObject({ kind: 'secret' });
    rmSync(join(files, 'canary'));
    await expect(attempt()).rejects.toMatchObject({ message: expect.stringContaining(REFERENCE) });
    expect(sent).toEqual([]);
    writeFileSync(join(files, 'canary'), 'the-secret-of-today', { mode: 0o600 });
    expect(await attempt()).toMatchObject({ kind: 'done' });
    expect(sent).toEqual(['the-secret-of-today']);
    await ledger.close();
  });

  test('and one that is none, or not for this reader, is refused at once', async () => {
    for (const value of ['short', 'password123'])
      expect(await secretsWith(value).resolve(REFERENCE, 'test')).toMatchObject({ kind: 'no_secret' });
    const { mayPass } = new SecretUnavailable({ code: 'secret_too_short', message: 'x' });
    expect(mayPass).toBe(false);
  });
});

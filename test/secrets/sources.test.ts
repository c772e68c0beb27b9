import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSecrets } from '../../activities/secrets/index.ts';
import type { Secrets, SecretsConfig } from '../../activities/secrets/index.ts';
import { parseReference } from '../../activities/secrets/source.ts';

const CANARY = 'canary-7f3a9c-value';
let root: string;
let files: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cordon-secrets-'));
  files = join(root, 'files');
  mkdirSync(files, { mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true }));

function open(over: Partial<SecretsConfig> = {}): Secrets {
  const opened = openSecrets({
    env: {},
    envNames: [],
    fileFolder: files,
    keptFolder: join(root, 'kept'),
    bindings: {},
    ...over,
  });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return opened.secrets;
}
async function read(secrets: Secrets, reference: string, reader = 'google-workspace'): Promise<string> {
  const found = await secrets.resolve(reference, reader);
  expect(JSON.stringify(found.kind === 'no_secret' ? found : null)).not.toContain(CANARY);
  return found.kind === 'secret' ? found.value : found.fault.code;
}

describe('A secret reference', () => {
  test('names a source and a place in it', () => {
    expect(parseReference('secret://file/google/key.json')).toEqual({
      source: 'file',
      name: 'google/key.json',
    });
  });

  test.each([
    'secret://file/../etc/passwd',
    'secret://file/a/../../b',
    'secret://file//etc/passwd',
    'secret://file/a//b',
    'secret://file/.',
    'secret://file/',
    'secret://FILE/a',
    'secret://file/a b',
    'secret://file/a\0b',
    ' secret://file/a',
    'https://x/y',
    'hunter2hunter2',
  ])('%j is none', (text) => expect(parseReference(text)).toBeNull());

  test('that is none is refused without being quoted: it may be the secret itself', async () => {
    expect(await read(open(), CANARY)).toBe('secret_reference');
  });

  test('to a source that is not there is refused', async () => {
    expect(await read(open(), 'secret://vault/x')).toBe('secret_source');
    expect(await read(open({ fileFolder: null }), 'secret://file/x')).toBe('secret_source');
  });
});

describe('Secrets from the environment', () => {
  const env = {
    CORDON_SECRET_GOOGLE: CANARY,
    GOOGLE_KEY: CANARY,
    CORDON_SECRET_SHORT: 'abc',
    CORDON_SECRET_EMPTY: '',
  };

  test('are those with the prefix, or named in the configuration', async () => {
    expect(await read(open({ env }), 'secret://env/CORDON_SECRET_GOOGLE')).toBe(CANARY);
    expect(await read(open({ env }), 'secret://env/GOOGLE_KEY')).toBe('secret_not_open');
    expect(await read(open({ env, envNames: ['GOOGLE_KEY'] }), 'secret://env/GOOGLE_KEY')).toBe(CANARY);
    const bindings = { 'secret://env/GOOGLE_KEY': ['google-workspace'] };
    expect(await read(open({ env, bindings }), 'secret://env/GOOGLE_KEY')).toBe(CANARY);
  });

  test('are refused when missing or empty, also under names every object has', async () => {
    expect(await read(open({ env }), 'secret://env/CORDON_SECRET_NONE')).toBe('secret_missing');
    expect(await read(open({ env }), 'secret://env/CORDON_SECRET_EMPTY')).toBe('secret_missing');
    const bindings = { 'secret://env/constructor': ['google-workspace'] };
    expect(await read(open({ env, bindings }), 'secret://env/constructor')).toBe('secret_missing');
  });

  test.each([
    ['of three characters', 'abc', 'secret_too_short'],
    ['that is a common word', 'ChangeMe', 'secret_is_common'],
    ['of one character repeated', 'xxxxxxxxxxxx', 'secret_is_common'],
    ['of 65 KiB', 'ab'.repeat(33 * 1024), 'secret_too_large'],
  ])('are refused when one is %s', async (_what, value, code) => {
    expect(await read(open({ env: { CORDON_SECRET_X: value } }), 'secret://env/CORDON_SECRET_X')).toBe(code);
  });
});

describe('Secrets from files', () => {
  test('are read without the line end that an editor leaves', async () => {
    writeFileSync(join(files, 'key'), `${CANARY}\n`);
    expect(await read(open(), 'secret://file/key')).toBe(CANARY);
  });

  test('are read afresh every time, so that a rotated secret counts at once', async () => {
    const secrets = open();
    writeFileSync(join(files, 'key'), 'the-first-value');
    expect(await read(secrets, 'secret://file/key')).toBe('the-first-value');
    writeFileSync(join(files, 'key'), 'the-second-value');
    expect(await read(secrets, 'secret://file/key')).toBe('the-second-value');
    rmSync(join(files, 'key'));
    expect(await read(secrets, 'secret://file/key')).toBe('secret_missing');
  });

  test('stay inside their folder, whatever links say', async () => {
    writeFileSync(join(root, 'outside'), CANARY);
    symlinkSync(join(root, 'outside'), join(files, 'link'));
    symlinkSync(root, join(files, 'up'));
    expect(await read(open(), 'secret://file/link')).toBe('secret_outside');
    expect(await read(open(), 'secret://file/up/outside')).toBe('secret_outside');
    expect(await read(open(), 'secret://file/../outside')).toBe('secret_reference');
  });

  test('are refused while others may enter the folder', async () => {
    writeFileSync(join(files, 'key'), CANARY);
    chmodSync(files, 0o755);
    expect(await read(open(), 'secret://file/key')).toBe('secret_folder_open');
  });

  test('are refused when they are folders or far too large', async () => {
    mkdirSync(join(files, 'sub'));
    writeFileSync(join(files, 'big'), 'ab'.repeat(40 * 1024));
    expect(await read(open(), 'secret://file/sub')).toBe('secret_missing');
    expect(await read(open(), 'secret://file/big')).toBe('secret_too_large');
  });
});

describe('A bound reference', () => {
  const bindings = { 'secret://env/CORDON_SECRET_GOOGLE': ['google-workspace'] };
  const env = { CORDON_SECRET_GOOGLE: CANARY };
  const reference = 'secret://env/CORDON_SECRET_GOOGLE';

  test('opens for its connector and for no other', async () => {
    expect(await read(open({ env, bindings }), reference, 'google-workspace')).toBe(CANARY);
    expect(await read(open({ env, bindings }), reference, 'notify')).toBe('secret_bound');
  });

  test('does not open for a playbook that passes it as an input to the same connector', async () => {
    expect(await read(open({ env, bindings }), reference, 'google-workspace:inputs')).toBe('secret_bound');
  });

  test('that is misspelt keeps secrets from opening at all', () => {
    const config = { env, envNames: [], fileFolder: null, keptFolder: join(root, 'kept') };
    for (const wrong of ['CORDON_SECRET_GOOGLE', 'secret://evn/X', 'secret://file/x'])
      expect(openSecrets({ ...config, bindings: { [wrong]: ['notify'] } }).kind).toBe('problems');
  });
});

describe('Whatever was resolved', () => {
  test('is blotted out of text from then on, and not before', async () => {
    const secrets = open({ env: { CORDON_SECRET_X: CANARY } });
    expect(secrets.redact(`x ${CANARY}`)).toContain(CANARY);
    await read(secrets, 'secret://env/CORDON_SECRET_X');
    expect(secrets.redact(`x ${CANARY}`)).toBe('x [secret]');
  });

  test('includes what was made and kept', async () => {
    const secrets = open();
    await secrets.keep('new-password', () => CANARY);
    expect(secrets.redact(`x ${CANARY}`)).toBe('x [secret]');
  });
});

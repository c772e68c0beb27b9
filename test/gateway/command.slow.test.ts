import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { readTrustedKeys } from '../../activities/approvals/brokered.ts';
import { readKey } from '../../client/gateway/key.ts';
import { temporaryFolder } from '../audit/samples.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = temporaryFolder();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function cordon(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'client/main.ts'), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

function configured(serve: object | null): string {
  const file = join(folder, 'cordon.yaml');
  writeFileSync(
    file,
    stringify({ secrets: { file: folder }, ...(serve === null ? {} : { gateway: { serve } }) }),
  );
  return file;
}

const SERVE = {
  url: 'https://approvals.example.org',
  issuer: 'http://127.0.0.1:1',
  client_id: 'cordon',
  signing_key: 'secret://file/gateway-key.pem',
};

/** Each line is a process of its own, and the machine may be busy. */
jest.setTimeout(60_000);

describe('cordon gateway', () => {
  test('--new-key makes a key that only its owner reads, once, and prints the half that workers take', async () => {
    const file = join(folder, 'gateway-key.pem');
    const made = await cordon('gateway', '--new-key', file);
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('gateway.trusted_keys') });
    expect(readTrustedKeys([made.out.trim()]).kind).toBe('keys');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pem = readFileSync(file, 'utf8');
    expect(readKey(pem)).not.toBeNull();
    expect(made.out + made.err).not.toContain(pem.split('\n')[1]);
    expect(await cordon('gateway', '--new-key', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already'),
    });
    expect(readFileSync(file, 'utf8')).toBe(pem);
  });

  test('says what is missing in the configuration, and starts nothing', async () => {
    expect(await cordon('--config', configured(null), 'gateway')).toMatchObject({
      code: 2,
      err: expect.stringContaining('gateway.serve is missing'),
    });
    const noKey = { ...SERVE, signing_key: 'secret://file/none.pem' };
    expect(await cordon('--config', configured(noKey), 'gateway')).toMatchObject({
      code: 2,
      err: expect.stringContaining('secret://file/none.pem cannot be read'),
    });
    writeFileSync(join(folder, 'odd.pem'), 'not a key at all', { mode: 0o600 });
    const odd = { ...SERVE, signing_key: 'secret://file/odd.pem' };
    const ended = await cordon('--config', configured(odd), 'gateway');
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('is no Ed25519 private key') });
    expect(ended.err).not.toContain('not a key at all');
  });

  test('says when the identity provider does not answer', async () => {
    expect(await cordon('--config', configured(SERVE), 'gateway')).toMatchObject({
      code: 1,
      err: expect.stringContaining('http://127.0.0.1:1 does not answer as an OpenID provider'),
    });
  });
});

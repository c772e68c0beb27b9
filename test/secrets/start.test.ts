import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSecrets, type SecretsConfig } from '../../activities/secrets/index.ts';
import { temporaryFolder } from '../audit/samples.ts';

const folder = temporaryFolder();
let number = 0;

function place(mode = 0o700): string {
  const path = join(folder, `place-${(number += 1)}`);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

async function faults(given: Partial<SecretsConfig>): Promise<readonly string[]> {
  const config = {
    env: {},
    envNames: [],
    fileFolder: null,
    keptFolder: join(folder, 'none'),
    bindings: {},
    ...given,
  };
  const opened = openSecrets(config);
  return opened.kind === 'problems' ? opened.problems : opened.secrets.inspect();
}

describe('a worker does not start', () => {
  test.each([
    ['of three characters', 'abc', /^secret:\/\/env\/CORDON_SECRET_X holds fewer than 8 characters/],
    ['that is a common word', 'Password123', /holds a common default/],
    ['of one character over and over', 'aaaaaaaaaa', /holds a common default/],
    ['that is far too large to be one', 'x'.repeat(70_000), /holds more than 65536 bytes/],
  ])('S03, C01: with a secret %s', async (_what, value, says) => {
    const told = await faults({ env: { CORDON_SECRET_X: value } });
    expect(told).toEqual([expect.stringMatching(says)]);
    expect(told.join()).not.toContain(value);
  });

  test('S03: with such a secret in a file that a connector reads, or in a variable that is named', async () => {
    const files = place();
    writeFileSync(join(files, 'graph'), 'letmein1\n', { mode: 0o600 });
    const bindings = { 'secret://file/graph': ['microsoft-graph'] };
    expect(await faults({ fileFolder: files, bindings })).toEqual([
      expect.stringMatching(/graph holds a common default/),
    ]);
    expect(await faults({ env: { MAIL: 'abc' }, envNames: ['MAIL'] })).toEqual([
      expect.stringMatching(/fewer than 8/),
    ]);
    expect(await faults({ env: { HOME: '/x' } })).toEqual([]);
  });

  test('C01: with secrets that others may read', async () => {
    const open = place(0o755);
    expect(await faults({ fileFolder: open })).toEqual([`${open} may be entered by others; chmod 700 it`]);
    const kept = place();
    writeFileSync(join(kept, 'key'), Buffer.alloc(32, 7), { mode: 0o644 });
    chmodSync(join(kept, 'key'), 0o644);
    expect(await faults({ keptFolder: kept })).toEqual([
      `${join(kept, 'key')} is open to others; chmod 600 it`,
    ]);
  });

  test('with kept secrets whose key was lost', async () => {
    const kept = place();
    writeFileSync(join(kept, `${'a'.repeat(64)}.secret`), 'x', { mode: 0o600 });
    expect(await faults({ keptFolder: kept })).toEqual([expect.stringContaining('is missing; restore it')]);
  });
});

describe('a worker starts', () => {
  test('with good secrets, and with one that has yet to be brought', async () => {
    const files = place();
    writeFileSync(join(files, 'graph'), 'v3ry-l0ng-and-rand0m', { mode: 0o600 });
    const bindings = { 'secret://file/graph': ['microsoft-graph'], 'secret://file/later': ['notify'] };
    expect(
      await faults({ fileFolder: files, bindings, env: { CORDON_SECRET_X: 'v3ry-l0ng-and-rand0m' } }),
    ).toEqual([]);
  });
});

import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { proveWord } from '../../client/answers/prove.ts';
import { openKey, writeNewKey } from '../../client/keys/key-file.ts';
import { temporaryFolder } from '../audit/samples.ts';

const folder = temporaryFolder();

describe('the key of an approver', () => {
  test('is written for its owner only, and never over another', () => {
    const file = join(folder, 'bo.pem');
    expect(writeNewKey(file, null)).toMatchObject({
      kind: 'key',
      key: { id: expect.stringMatching(/^[\w-]{43}$/) },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file);
    expect(writeNewKey(file, null)).toMatchObject({
      kind: 'problem',
      problem: expect.stringContaining('exists'),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  test('that others on the machine can read proves nobody', () => {
    const file = join(folder, 'open.pem');
    writeNewKey(file, null);
    chmodSync(file, 0o644);
    expect(openKey(file, null)).toMatchObject({
      kind: 'problem',
      problem: expect.stringContaining('chmod 600'),
    });
  });

  test('can be encrypted, and opens with its passphrase only', () => {
    const file = join(folder, 'locked.pem');
    const made = writeNewKey(file, 'correct horse');
    expect(readFileSync(file, 'utf8')).toContain('ENCRYPTED');
    expect(openKey(file, null)).toEqual({ kind: 'locked' });
    expect(openKey(file, 'wrong')).toMatchObject({ kind: 'problem' });
    const opened = openKey(file, 'correct horse');
    expect(opened.kind === 'key' && made.kind === 'key' && opened.key.id === made.key.id).toBe(true);
  });

  test('goes with a word as a proof, and two proofs are one too many', async () => {
    const file = join(folder, 'jo.pem');
    writeNewKey(file, null);
    const word = { kind: 'confirm', input: { task: 'enroll', by: 'jo', reason: 'key registered' } } as const;
    const run = { workflowId: 'w', chain: 'c' };
    expect(await proveWord(word, run, { key: file })).toMatchObject({
      word: { input: { proof: { kind: 'signature', signature: expect.stringMatching(/^[\w-]{86}$/) } } },
    });
    expect(await proveWord(word, run, { key: file, idToken: '-' })).toMatchObject({ kind: 'problems' });
    expect(await proveWord(word, run, { key: join(folder, 'missing.pem') })).toMatchObject({
      kind: 'problems',
    });
    expect(await proveWord(word, run, {})).toEqual({ kind: 'word', word });
  });
});

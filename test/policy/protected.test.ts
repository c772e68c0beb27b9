import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Policy } from '../../activities/policy/engine.ts';
import { assetList } from '../../activities/policy/asset-list.ts';
import { createAssetDirectory } from '../../activities/policy/assets.ts';
import { guard } from '../../activities/policy/guards.ts';
import { NO_GUARDS } from '../../activities/policy/guard-list.ts';
import { cedarWith, PERMIT_ALL, question } from './questions.ts';

const SID = 'S-1-5-21-1004336348-1177238915-682003330-500';
const list = assetList.parse({
  assets: [
    { kind: 'account', domain: 'corp.example', provider: 'google-workspace' },
    { kind: 'device', prefix: 'host-', provider: 'endpoint' },
    { kind: 'router', network: '192.0.2.0/24', provider: 'router' },
    { kind: 'account', name: 'sales@lists.example', provider: 'google-workspace', size: 40 },
  ],
  protected: [
    {
      name: 'ceo@corp.example',
      because: 'executive',
      aliases: ['boss@corp.example', 'c.e.o@upn.example', SID, 'board@corp.example'],
    },
    { name: 'host-dc-01', because: 'domain controller' },
    { name: '192.0.2.10', because: 'the controller by its address' },
  ],
});

let policy: Pick<Policy, 'decide'>;
beforeAll(() => {
  const opened = createAssetDirectory(list);
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  policy = guard(cedarWith(PERMIT_ALL), {
    directory: opened.directory,
    list: NO_GUARDS,
    killSwitch: async () => null,
    maxTargets: 50,
    deadlineMs: 5_000,
  });
});

const asked = (target: string, type = 'RotatePassword') =>
  policy.decide({ ...question, type, targets: [target] });

describe('P04: a protected asset is not touched by a policy that permits everything,', () => {
  test.each([
    ['in capitals', 'CEO@corp.example'],
    ['in lower case', 'ceo@corp.example'],
    ['under another address', 'boss@corp.example'],
    ['under its sign-in name', 'C.E.O@upn.example'],
    ['under its security identifier', SID],
    ['in letters of another alphabet', 'сеo@corp.example'],
    ['with a digit for a letter', 'ce0@corp.example'],
    ['in wide letters', 'ｃｅｏ@corp.example'],
    ['with a plus tag', 'ceo+shop@corp.example'],
    ['with a plus tag on another address', 'Boss+shop@corp.example'],
    ['as a member of a group', 'board@corp.example'],
    ['with a final dot', 'ceo@corp.example.'],
    ['by its host name in capitals', 'HOST-DC-01'],
    ['by a host name that only looks like its', 'host-dc-Ol'],
    ['by its address', '192.0.2.10'],
    ['by its address in IPv6', '::ffff:192.0.2.10'],
    ['inside a /24', '192.0.2.0/24'],
    ['inside a /31', '192.0.2.10/31'],
  ])('%s', async (_how, target) => {
    const verdict = await asked(target);
    expect(verdict.effect).toBe('deny');
    expect(
      verdict.rules.every(({ id }) => id === 'guard.protected_asset' || id === 'guard.unknown_asset'),
    ).toBe(true);
  });

  test('while its neighbours are (control)', async () => {
    for (const target of ['cfo@corp.example', 'alice+ceo@corp.example'])
      expect((await asked(target)).effect).toBe('allow');
    expect((await asked('host-dc-02', 'NetworkIsolate')).effect).toBe('allow');
    expect((await asked('192.0.2.11', 'ApplyACL')).effect).toBe('allow');
  });
});

describe('P03: a target that nobody knows', () => {
  test.each([
    '',
    'nobody@elsewhere.example',
    'host-',
    '198.51.100.1',
    '198.51.100.0/24',
    'alice@corp.example bob',
  ])('is denied as unknown: %j', async (target) => {
    expect(await asked(target)).toMatchObject({ effect: 'deny', rules: [{ id: 'guard.unknown_asset' }] });
  });
});

describe('A name that stands for many', () => {
  test('counts as many against what one task may touch', async () => {
    expect((await asked('sales@lists.example')).effect).toBe('allow');
    const targets = [
      'sales@lists.example',
      ...Array.from({ length: 11 }, (_, at) => `user${at}@corp.example`),
    ];
    const verdict = await policy.decide({ ...question, targets });
    expect(verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'guard.blast_radius' }] });
    expect(verdict.rules[0]?.reason).toContain('51 assets');
  });
});

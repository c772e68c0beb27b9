import { describe, expect, test } from '@jest/globals';
import { assetList } from '../../activities/policy/asset-list.ts';
import { createAssetDirectory } from '../../activities/policy/assets.ts';
import type { AssetDirectory } from '../../activities/policy/assets.ts';

const SID = 'S-1-5-21-1004336348-1177238915-682003330-500';
const list = {
  assets: [
    { kind: 'account', domain: 'Corp.example', aliases: ['corp-mail.example'], provider: 'google-workspace' },
    { kind: 'account', domain: 'contoso.example', provider: 'microsoft-graph' },
    { kind: 'device', prefix: 'host-', provider: 'endpoint' },
    { kind: 'device', name: 'legacy.lab', provider: 'endpoint' },
    { kind: 'router', network: '192.0.2.0/24', provider: 'router' },
    { kind: 'router', network: '2001:db8::/64', provider: 'router' },
  ],
  protected: [
    {
      name: 'ceo@corp.example',
      because: 'executive',
      aliases: ['boss@corp.example', 'ceo@upn.example', SID, 'everyone@corp.example'],
    },
    { name: 'host-dc-01', because: 'domain controller' },
    { name: '192.0.2.1', because: 'management path', aliases: ['core-router'] },
    { name: '2001:db8::1', because: 'management path' },
  ],
};

function open(value: unknown): AssetDirectory {
  const opened = createAssetDirectory(assetList.parse(value));
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return opened.directory;
}
const directory = open(list);
const find = (name: string) => {
  const found = directory.find(name);
  return found.kind === 'known' ? found.asset : 'unknown';
};

describe('The asset directory knows', () => {
  test('an account by its domain, and which provider holds it', () => {
    expect(find('Alice@CORP.example')).toEqual({
      id: 'alice@corp.example',
      kind: 'account',
      provider: 'google-workspace',
      protected: false,
      size: 1,
    });
    expect(find('bob@contoso.example')).toMatchObject({ provider: 'microsoft-graph' });
  });

  test('an account under one id, whatever its spelling', () => {
    for (const spelling of [
      'alice+news@corp.example',
      'alice@corp.example.',
      'alice@corp-mail.example',
      'ａｌｉｃｅ@corp.example',
    ])
      expect(find(spelling)).toMatchObject({ id: 'alice@corp.example' });
  });

  test('a device by its name or the beginning of its name', () => {
    expect(find('HOST-0042')).toMatchObject({ id: 'host-0042', kind: 'device', protected: false });
    expect(find('legacy.lab')).toMatchObject({ kind: 'device' });
  });

  test('a router by its network, in either address family', () => {
    expect(find('192.0.2.77')).toMatchObject({ id: '192.0.2.77', kind: 'router' });
    expect(find('2001:0DB8:0::0077')).toMatchObject({ id: '2001:db8::77', kind: 'router' });
  });
});

describe('The asset directory does not know', () => {
  test.each([
    ['a foreign domain', 'alice@elsewhere.example'],
    ['a domain below ours', 'alice@sub.corp.example'],
    ['a domain that only begins like ours', 'alice@corp.example.attacker.example'],
    ['an address with two @', 'alice@corp.example@attacker.example'],
    ['a domain without a person', '@corp.example'],
    ['a tag without a person', '+x@corp.example'],
    ['a look-alike letter of another alphabet', 'сеo@corp.example'],
    ['a hidden character', 'c\u200Beo@corp.example'],
    ['a line break', 'alice@corp.example\nbob@corp.example'],
    ['a list of names', 'alice@corp.example,bob@corp.example'],
    ['a blank', 'host-1 host-2'],
    ['a path behind a known beginning', 'host-1/../../dc'],
    ['a known beginning and nothing else', 'host-'],
    ['an address outside the network', '192.0.3.1'],
    ['a whole network', '192.0.2.64/26'],
    ['an address with leading zeros', '192.0.2.010'],
    ['an address as one number', '3221225985'],
    ['an address with a zone', 'fe80::1%eth0'],
    ['an address with a port', '192.0.2.9:22'],
    ['nothing', ''],
    ['a name longer than any name', `host-${'a'.repeat(300)}`],
  ])('%s', (_what, name) => {
    expect(find(name)).toBe('unknown');
  });
});

describe('A protected asset stays protected', () => {
  test.each([
    ['in capitals', 'CEO@Corp.Example'],
    ['with a tag', 'ceo+anything@corp.example'],
    ['under an alias', 'boss@corp.example'],
    ['under an alias with a tag', 'BOSS+1@corp.example'],
    ['under its alias in the alias domain', 'boss@corp-mail.example'],
    ['in the alias domain', 'ceo@corp-mail.example'],
    ['by its sign-in name', 'ceo@upn.example'],
    ['by its security identifier', SID.toLowerCase()],
    ['as part of a group', 'everyone@corp.example'],
    ['in wide letters', 'ｃｅｏ＠corp.example'],
  ])('%s', (_how, name) => {
    expect(find(name)).toMatchObject({ id: 'ceo@corp.example', protected: true });
  });

  test.each([
    ['a host in capitals', 'HOST-DC-01'],
    ['an address mapped into IPv6', '::ffff:192.0.2.1'],
    ['an address mapped into IPv6, in hexadecimal', '::FFFF:C000:0201'],
    ['a router by its name', 'core-router'],
    ['an IPv6 address written out', '2001:0db8:0000:0000:0000:0000:0000:0001'],
  ])('%s', (_how, name) => {
    expect(find(name)).toMatchObject({ protected: true });
  });
});

describe('An asset list is refused', () => {
  test('when it protects what it does not list, for that is a misspelling', () => {
    const opened = createAssetDirectory(
      assetList.parse({ ...list, protected: [{ name: 'ceo@crop.example', because: 'executive' }] }),
    );
    expect(opened).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('ceo@crop.example')],
    });
  });

  test('when an alias cannot be read beyond doubt', () => {
    const entry = { name: 'ceo@corp.example', because: 'executive', aliases: ['сеo@corp.example'] };
    expect(createAssetDirectory(assetList.parse({ ...list, protected: [entry] })).kind).toBe('problems');
  });

  test('when a network, a kind or a field is not one', () => {
    const withAsset = (asset: unknown) => assetList.safeParse({ assets: [asset], protected: [] }).success;
    expect(withAsset({ kind: 'router', network: '192.0.2.0/24', provider: 'router' })).toBe(true);
    expect(withAsset({ kind: 'router', network: '192.0.2.0/33', provider: 'router' })).toBe(false);
    expect(withAsset({ kind: 'router', network: '192.0.2.0', provider: 'router' })).toBe(false);
    expect(withAsset({ kind: 'gateway', name: 'x', provider: 'router' })).toBe(false);
    expect(withAsset({ kind: 'router', name: 'x', provider: 'router', protect: true })).toBe(false);
  });
});

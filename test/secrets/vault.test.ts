import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSecrets, type Secrets, type SecretsConfig } from '../../activities/secrets/index.ts';
import type { Credential } from '../../activities/secrets/vault/login.ts';
import { createVault, type Vault } from '../../activities/secrets/vault/vault.ts';
import { startVaultDouble, type VaultDouble } from './vault-double.ts';

const CANARY = 'canary-vault-value-4e2f';
const REFERENCE = 'secret://vault/soc/edr#client_secret';
let double: VaultDouble;
let folder: string;
beforeEach(async () => {
  double = await startVaultDouble();
  folder = mkdtempSync(join(tmpdir(), 'cordon-vault-'));
});
afterEach(async () => {
  await double.close();
  rmSync(folder, { recursive: true });
});

const byToken = (token = double.rootToken): Credential => ({ kind: 'token', token: async () => token });
const byRole = (secretId = double.secretId): Credential => ({
  kind: 'approle',
  roleId: double.roleId,
  secretId: async () => secretId,
});
const vaultWith = (credential = byToken()): Vault => createVault({ url: double.url, credential });

function open(vault: Vault, over: Partial<SecretsConfig> = {}): Secrets {
  const opened = openSecrets({
    env: {},
    envNames: [],
    fileFolder: null,
    keptFolder: folder,
    bindings: { [REFERENCE]: ['defender'] },
    vault,
    ...over,
  });
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  return opened.secrets;
}
async function resolved(secrets: Secrets, reference: string, reader = 'defender', use = {}): Promise<string> {
  const found = await secrets.resolve(reference, reader, use);
  expect(JSON.stringify(found.kind === 'no_secret' ? found : null)).not.toContain('canary');
  return found.kind === 'secret' ? found.value : found.fault.code;
}

describe('a vault as a keeper of secrets', () => {
  test('stores, reads, lists and deletes', async () => {
    const vault = vaultWith();
    expect(await vault.store('soc/edr', { client_secret: CANARY })).toMatchObject({ value: { version: 1 } });
    await vault.store('soc/mail/smtp', { password: CANARY });
    expect(await vault.read('soc/edr')).toEqual({ kind: 'got', value: { client_secret: CANARY } });
    expect(await vault.list('')).toEqual({ kind: 'got', value: ['soc/'] });
    expect(await vault.list('soc')).toEqual({ kind: 'got', value: ['edr', 'mail/'] });
    expect((await vault.remove('soc/edr')).kind).toBe('got');
    expect((await vault.read('soc/edr')).kind).toBe('missing');
    expect(await vault.list('nothing/here')).toEqual({ kind: 'got', value: [] });
  });

  test('a path cannot climb out of its engine', async () => {
    for (const path of ['../sys/seal', 'a/../../sys', './x', 'a//b', '/a'])
      expect((await vaultWith().read(path)).kind).toBe('denied');
    expect(double.arrived).toEqual([]);
  });

  test('a role logs in once, and again when its token was revoked', async () => {
    const vault = vaultWith(byRole());
    await vault.store('a', { b: CANARY });
    await vault.read('a');
    expect(double.counts.logins).toBe(1);
    double.revokeAll();
    expect((await vault.read('a')).kind).toBe('got');
    expect(double.counts.logins).toBe(2);
  });

  test('a hundred reads at once log in once', async () => {
    const vault = vaultWith(byRole());
    await Promise.all(Array.from({ length: 100 }, () => vault.read('a')));
    expect(double.counts.logins).toBe(1);
  });

  test('a token is renewed before it ends', async () => {
    await double.close();
    double = await startVaultDouble(1);
    const vault = vaultWith(byRole());
    await vault.store('a', { b: CANARY });
    await new Promise((resolve) => setTimeout(resolve, 750));
    expect((await vault.read('a')).kind).toBe('got');
    expect(double.counts).toEqual({ logins: 1, renewals: 1 });
  });

  test('a wrong token or secret id is denied, once and without being quoted', async () => {
    for (const credential of [byToken('canary-wrong-token'), byRole('canary-wrong-id')]) {
      const got = await vaultWith(credential).read('a');
      expect(got.kind).toBe('denied');
      expect(JSON.stringify(got)).not.toContain('canary');
    }
  });
});

describe('secret://vault/…', () => {
  test('is read anew every time: what was rotated or deleted is not used any longer (S04)', async () => {
    const vault = vaultWith();
    const secrets = open(vault);
    await vault.store('soc/edr', { client_secret: CANARY });
    expect(await resolved(secrets, REFERENCE)).toBe(CANARY);
    await vault.store('soc/edr', { client_secret: `${CANARY}-2` });
    expect(await resolved(secrets, REFERENCE)).toBe(`${CANARY}-2`);
    await vault.remove('soc/edr');
    expect(await resolved(secrets, REFERENCE)).toBe('secret_missing');
  });

  test('tells a vault that is down from a secret that is not there', async () => {
    const secrets = open(vaultWith());
    double.seal(true);
    expect(await resolved(secrets, REFERENCE)).toBe('secret_unavailable');
    double.seal(false);
    expect(await resolved(secrets, REFERENCE)).toBe('secret_missing');
    await double.close();
    expect(await resolved(secrets, REFERENCE)).toBe('secret_unavailable');
    double = await startVaultDouble();
  });

  test('what was read is blotted out from then on', async () => {
    const vault = vaultWith();
    await vault.store('soc/edr', { client_secret: CANARY });
    const secrets = open(vault);
    await resolved(secrets, REFERENCE);
    expect(secrets.redact(`Bearer ${CANARY}`)).toBe('Bearer [secret]');
  });

  test('needs a field that is there and is text', async () => {
    const vault = vaultWith();
    await vault.store('soc/edr', { n: 5, client_secret: CANARY });
    const bindings = { 'secret://vault/soc/edr': ['x'], 'secret://vault/soc/edr#n': ['x'] };
    const secrets = open(vault, { bindings });
    expect(await resolved(secrets, 'secret://vault/soc/edr', 'x')).toBe('secret_reference');
    expect(await resolved(secrets, 'secret://vault/soc/edr#n', 'x')).toBe('secret_missing');
  });
});

describe('N10: a reference is refused to whoever it is not bound to', () => {
  const bound = { readers: ['defender'], playbooks: ['device_compromise_v1'], hosts: ['api.example.org'] };
  const scene = async (bindings: SecretsConfig['bindings'] = { [REFERENCE]: bound }) => {
    const vault = vaultWith();
    await vault.store('soc/edr', { client_secret: CANARY });
    return open(vault, { bindings });
  };
  const right = { playbook: 'device_compromise_v1', host: 'api.example.org:443' };

  test('its own connector, in its own playbook, towards its own host, gets it (control)', async () => {
    expect(await resolved(await scene(), REFERENCE, 'defender', right)).toBe(CANARY);
  });

  test.each([
    ['another connector', 'http', right],
    ['the connector’s own inputs', 'defender:inputs', right],
    ['another playbook', 'defender', { ...right, playbook: 'email_takeover_v1' }],
    ['no playbook', 'defender', { host: right.host }],
    ['another host', 'defender', { ...right, host: 'evil.example.org' }],
    ['a host that ends alike', 'defender', { ...right, host: 'notapi.example.org' }],
    ['no host', 'defender', { playbook: right.playbook }],
  ])('N10: %s does not, and the vault is not even asked', async (_who, reader, use) => {
    const secrets = await scene();
    const before = double.arrived.length;
    expect(await resolved(secrets, REFERENCE, reader, use)).toBe('secret_bound');
    expect(double.arrived.length).toBe(before);
  });

  test('N10: a vault’s secret that is bound to nobody is open to nobody', async () => {
    expect(await resolved(await scene({}), REFERENCE, 'defender', right)).toBe('secret_bound');
  });
});

describe('secrets that Cordon makes, kept in the vault', () => {
  test('are made once, also when two workers ask at once, and can be read by reference', async () => {
    const [one, two] = [vaultWith(byRole()), vaultWith(byRole())].map((vault) =>
      open(vault, { keepIn: 'vault', bindings: {} }),
    );
    let made = 0;
    const make = () => `canary-made-${(made += 1)}`;
    const kept = await Promise.all([
      one?.keep('graph-password/1', make),
      two?.keep('graph-password/1', make),
    ]);
    expect(kept[0]).toEqual(kept[1]);
    expect(kept[0]?.reference).toBe('secret://vault/cordon/graph-password/1#value');
    expect(await resolved(one as Secrets, kept[0]?.reference ?? '')).toBe(kept[0]?.value);
    expect((await one?.keep('graph-password/1', make))?.value).toBe(kept[0]?.value);
  });

  test('are not made when the vault cannot be asked', async () => {
    const secrets = open(vaultWith(), { keepIn: 'vault' });
    double.seal(true);
    await expect(secrets.keep('a', () => CANARY)).rejects.toThrow(/could not be asked/);
  });
});

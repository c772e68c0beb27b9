/** What Cordon asks of a vault: the same laws for the double and for the real one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSecrets, type Secrets, type SecretsConfig } from '../../activities/secrets/index.ts';
import type { Credential } from '../../activities/secrets/vault/login.ts';
import { createVault, type Vault } from '../../activities/secrets/vault/vault.ts';
import { logins, renewals, type VaultPlace } from './vault-place.ts';

export const CANARY = 'canary-vault-value-4e2f';
export const REFERENCE = 'secret://vault/soc/edr#client_secret';

export interface VaultScene {
  place(): VaultPlace;
  byToken(token?: string): Credential;
  byRole(secretId?: string): Credential;
  vaultWith(credential?: Credential): Vault;
  open(vault: Vault, over?: Partial<SecretsConfig>): Secrets;
}

/** A vault of its own for each test. */
export function setVaultScene(
  start: (tokenSeconds?: number) => Promise<VaultPlace>,
  tokenSeconds?: number,
): VaultScene {
  let vault: VaultPlace;
  let folder: string;
  beforeEach(async () => {
    vault = await start(tokenSeconds);
    folder = mkdtempSync(join(tmpdir(), 'cordon-vault-'));
  });
  afterEach(async () => {
    await vault.close();
    rmSync(folder, { recursive: true });
  });
  const byToken = (token = vault.rootToken): Credential => ({ kind: 'token', token: async () => token });
  return {
    place: () => vault,
    byToken,
    byRole: (secretId = vault.secretId) => ({
      kind: 'approle',
      roleId: vault.roleId,
      secretId: async () => secretId,
    }),
    vaultWith: (credential = byToken()) => createVault({ url: vault.url, credential }),
    open(keeper, over = {}) {
      const opened = openSecrets({
        env: {},
        envNames: [],
        fileFolder: null,
        keptFolder: folder,
        bindings: { [REFERENCE]: ['defender'] },
        vault: keeper,
        ...over,
      });
      if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
      return opened.secrets;
    },
  };
}

export async function resolved(
  secrets: Secrets,
  reference: string,
  reader = 'defender',
  use = {},
): Promise<string> {
  const found = await secrets.resolve(reference, reader, use);
  expect(JSON.stringify(found.kind === 'no_secret' ? found : null)).not.toContain('canary');
  return found.kind === 'secret' ? found.value : found.fault.code;
}

export function vaultLaws(name: string, start: (tokenSeconds?: number) => Promise<VaultPlace>): void {
  describe(`${name} as a keeper of secrets`, () => {
    const { place, byToken, byRole, vaultWith } = setVaultScene(start);

    test('stores, reads, lists and deletes', async () => {
      const vault = vaultWith();
      expect(await vault.store('soc/edr', { client_secret: CANARY })).toMatchObject({
        value: { version: 1 },
      });
      await vault.store('soc/mail/smtp', { password: CANARY });
      expect(await vault.read('soc/edr')).toEqual({ kind: 'got', value: { client_secret: CANARY } });
      expect(await vault.list('')).toEqual({ kind: 'got', value: ['soc/'] });
      expect(await vault.list('soc')).toEqual({ kind: 'got', value: ['edr', 'mail/'] });
      expect((await vault.remove('soc/edr')).kind).toBe('got');
      expect((await vault.read('soc/edr')).kind).toBe('missing');
      expect(await vault.list('nothing/here')).toEqual({ kind: 'got', value: [] });
    });

    test('a role logs in once, and again when its token was revoked', async () => {
      const vault = vaultWith(byRole());
      await vault.store('a', { b: CANARY });
      await vault.read('a');
      expect(logins(place())).toBe(1);
      await place().revokeAll();
      expect((await vault.read('a')).kind).toBe('got');
      expect(logins(place())).toBe(2);
    });

    test('a hundred reads at once log in once', async () => {
      const vault = vaultWith(byRole());
      await Promise.all(Array.from({ length: 100 }, () => vault.read('a')));
      expect(logins(place())).toBe(1);
    });

    test('a wrong token or secret id is denied, once and without being quoted', async () => {
      for (const credential of [byToken('canary-wrong-token'), byRole('canary-wrong-id')]) {
        const got = await vaultWith(credential).read('a');
        expect(got.kind).toBe('denied');
        expect(JSON.stringify(got)).not.toContain('canary');
      }
    });
  });

  describe(`${name} that gives short tokens`, () => {
    const { place, byRole, vaultWith } = setVaultScene(start, 2);

    test('sees them renewed before they end', async () => {
      const vault = vaultWith(byRole());
      await vault.store('a', { b: CANARY });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect((await vault.read('a')).kind).toBe('got');
      expect([logins(place()), renewals(place())]).toEqual([1, 1]);
    });
  });
  describe(`secret://vault/… in ${name}`, () => {
    const { place, vaultWith, open } = setVaultScene(start);

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
      await place().seal(true);
      expect(await resolved(secrets, REFERENCE)).toBe('secret_unavailable');
      await place().seal(false);
      expect(await resolved(secrets, REFERENCE)).toBe('secret_missing');
      await place().close();
      expect(await resolved(secrets, REFERENCE)).toBe('secret_unavailable');
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

  describe(`secrets that Cordon makes, kept in ${name}`, () => {
    const { place, byRole, vaultWith, open } = setVaultScene(start);

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
      await place().seal(true);
      await expect(secrets.keep('a', () => CANARY)).rejects.toThrow(/could not be asked/);
    });
  });
}

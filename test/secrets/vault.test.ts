import { describe, expect, test } from '@jest/globals';
import type { SecretsConfig } from '../../activities/secrets/index.ts';
import { startVaultDouble } from './vault-double.ts';
import { CANARY, REFERENCE, resolved, setVaultScene, vaultLaws } from './vault-laws.ts';

vaultLaws('a double', startVaultDouble);

describe('paths', () => {
  const { place, vaultWith } = setVaultScene(startVaultDouble);

  test('a path cannot climb out of its engine', async () => {
    for (const path of ['../sys/seal', 'a/../../sys', './x', 'a//b', '/a'])
      expect((await vaultWith().read(path)).kind).toBe('denied');
    expect(place().arrived).toEqual([]);
  });
});

describe('N10: a reference is refused to whoever it is not bound to', () => {
  const { place, vaultWith, open } = setVaultScene(startVaultDouble);
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
    const before = place().arrived.length;
    expect(await resolved(secrets, REFERENCE, reader, use)).toBe('secret_bound');
    expect(place().arrived.length).toBe(before);
  });

  test('N10: a vault’s secret that is bound to nobody is open to nobody', async () => {
    expect(await resolved(await scene({}), REFERENCE, 'defender', right)).toBe('secret_bound');
  });
});

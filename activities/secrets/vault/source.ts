/** `secret://vault/PATH#FIELD`: one field of a secret in a vault. */
import { acceptSecret, noSecret, type NoSecret, type SecretSource } from '../source.ts';
import type { Got } from './exchange.ts';
import type { Vault } from './vault.ts';

/** Read anew on every use, so that nothing that was rotated or deleted is used any longer. */
export function createVaultSource(vault: Vault): SecretSource {
  return {
    async get(name) {
      const reference = `secret://vault/${name}`;
      const [path = '', field] = name.split('#');
      if (field === undefined)
        return noSecret('secret_reference', `${reference} names no field; write secret://vault/PATH#FIELD`);
      const got = await vault.read(path);
      if (got.kind !== 'got') return faultOf(reference, got);
      const value = Object.hasOwn(got.value, field) ? got.value[field] : undefined;
      if (typeof value !== 'string')
        return noSecret('secret_missing', `${reference}: the secret has no field of that name that is text`);
      return acceptSecret(reference, value);
    },
  };
}

export function faultOf(reference: string, got: Exclude<Got<never>, { readonly kind: 'got' }>): NoSecret {
  switch (got.kind) {
    case 'missing':
      return noSecret(
        'secret_missing',
        `${reference}: the vault has nothing there, or its newest version was deleted`,
      );
    case 'denied':
      return noSecret(
        'secret_denied',
        `${reference}: the vault refused (${got.detail}); check secrets.vault and the policy of its token or role`,
      );
    case 'exists':
      return noSecret('secret_exists', `${reference} exists already`);
    case 'unavailable':
      return noSecret('secret_unavailable', `${reference}: the vault could not be asked (${got.detail})`);
    default:
      return got.kind satisfies never;
  }
}

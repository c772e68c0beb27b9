/** `secret://env/NAME`: environment variables, and only those that are meant to be read as secrets. */
import { acceptSecret, noSecret } from './source.ts';
import type { SecretSource } from './source.ts';

/** A variable with this prefix is a secret by its name. */
export const ENV_PREFIX = 'CORDON_SECRET_';

/**
 * A playbook chooses which reference it hands to an action, so the whole environment must not be within its
 * reach: other variables are readable only when the configuration names them.
 */
export function createEnvSource(
  env: { readonly [name: string]: string | undefined },
  named: ReadonlySet<string>,
): SecretSource {
  return {
    get(name) {
      const reference = `secret://env/${name}`;
      if (!name.startsWith(ENV_PREFIX) && !named.has(name)) {
        const message = `${reference} is not open to playbooks; name it ${ENV_PREFIX}… or list it under secrets.env`;
        return Promise.resolve(noSecret('secret_not_open', message));
      }
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value === undefined || value === '')
        return Promise.resolve(
          noSecret('secret_missing', `${reference}: the variable is not set for this process`),
        );
      return Promise.resolve(acceptSecret(reference, value));
    },
  };
}

/** The store that the configuration names, with the password that it refers to. */
import type { Secrets } from '../activities/secrets/index.ts';
import { openStores } from '../activities/stores/index.ts';
import { StoreError, type Ledger } from '../activities/stores/ledger.ts';
import type { Config } from './config.ts';
import { STORE_READER } from './config-connectors.ts';
import { openConfiguredSecrets, outboundOf } from './keeping.ts';

/** Undefined where none is configured. Throws a `StoreError` when it cannot be had. */
export async function storePassword(
  { statePassword }: Pick<Config, 'statePassword'>,
  secrets: Secrets,
): Promise<string | undefined> {
  if (statePassword === null) return undefined;
  const secret = await secrets.resolve(statePassword, STORE_READER);
  if (secret.kind === 'no_secret')
    throw new StoreError('store_refused', `state_password: ${secret.fault.message}`);
  return secret.value;
}

/** For commands, which need nothing else of the world. Throws a `StoreError`. */
export async function openOwnStore(config: Config): Promise<Ledger> {
  return openStores(config.state, { password: await ownPassword(config) });
}

export async function ownPassword(config: Config): Promise<string | undefined> {
  if (config.statePassword === null) return undefined;
  const outbound = outboundOf(config);
  const opened = outbound.kind === 'problems' ? outbound : openConfiguredSecrets(config, outbound.egress);
  if (opened.kind === 'problems') throw new StoreError('store_refused', opened.problems.join('; '));
  return storePassword(config, opened.secrets);
}

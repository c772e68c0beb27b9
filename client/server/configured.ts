/** Way 1: a server that is named by Temporal's own variables or profile file. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { missed, type Address, type Missed, type None } from './found.ts';
import type { Surroundings } from './surroundings.ts';

const WAY = 'TEMPORAL_ADDRESS or a profile file';
const REMEDY = 'To use a server that runs already, set TEMPORAL_ADDRESS=host:port.';

/**
 * `none` when something is configured but cannot be read: a server other than the one somebody asked for
 * must not be started in silence.
 */
export function configuredServer({ env }: Pick<Surroundings, 'env'>): Address | Missed | None {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars: given as Record<string, string>,
    });
    const { address } = connectionOptions;
    if (!address) return missed(WAY, 'names no server', REMEDY);
    return { kind: 'address', address, namespace: namespace ?? 'default', connectionOptions };
  } catch {
    // The reader's own words may quote the file, and the file may hold keys.
    const profile = JSON.stringify(env['TEMPORAL_PROFILE'] || 'default');
    const why = `profile ${profile} of ${env['TEMPORAL_CONFIG_FILE'] || 'the default file'} cannot be read`;
    const remedy = 'Correct TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the file they name, or unset them.';
    return { kind: 'none', tried: [missed(WAY, why, remedy)] };
  }
}

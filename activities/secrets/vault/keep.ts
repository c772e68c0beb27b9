/** Secrets that Cordon makes itself, kept in the vault: the same for every worker, whichever machine it is on. */
import { createHash } from 'node:crypto';
import type { KeptSecret } from '../kept.ts';
import { acceptSecret, parseReference } from '../source.ts';
import { createVaultSource, faultOf } from './source.ts';
import type { Vault } from './vault.ts';

export interface VaultKeeper {
  keep(name: string, make: () => string): Promise<KeptSecret>;
}

const FIELD = 'value';

/** Made once and the same ever after, also when two workers ask at once: the vault takes a first version only once. */
export function createVaultKeeper(vault: Vault): VaultKeeper {
  const source = createVaultSource(vault);
  return {
    async keep(name, make) {
      const path = `${vault.keepUnder}/${pathOf(name)}`;
      const place = `${path}#${FIELD}`;
      const reference = `secret://vault/${place}`;
      const found = await source.get(place);
      if (found.kind === 'secret') return { reference, value: found.value };
      // Anything but plain absence is a fault: a second secret under the name would part us from the first.
      if (found.fault.code !== 'secret_missing') throw new Error(found.fault.message);
      const made = acceptSecret(reference, make());
      if (made.kind === 'no_secret') throw new Error(made.fault.message);
      const stored = await vault.store(path, { [FIELD]: made.value }, { onlyNew: true });
      if (stored.kind !== 'got' && stored.kind !== 'exists')
        throw new Error(faultOf(reference, stored).fault.message);
      // Read back: what lies there is what counts, whoever stored it first.
      const kept = await source.get(place);
      if (kept.kind === 'no_secret') throw new Error(kept.fault.message);
      return { reference, value: kept.value };
    },
  };
}

/** A name that may stand in a reference; any other, which may hold a person's address, becomes a digest. */
function pathOf(name: string): string {
  const fits = parseReference(`secret://vault/${name}`) !== null && !name.includes('#') && name.length <= 120;
  return fits ? name : `k-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
}

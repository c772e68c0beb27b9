/** HashiCorp Vault itself: what the double of its interface claims is true of it. */
import { vaultLaws } from '../secrets/vault-laws.ts';
import { buildVault } from './build.ts';
import { startVault } from './place.ts';

const program = await buildVault();

vaultLaws('Vault', (tokenSeconds) => startVault(program, tokenSeconds));

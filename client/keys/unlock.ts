/** Opens a key file, and asks for its passphrase only where it has one. */
import { openKey, type OpenedKey } from './key-file.ts';
import { passphraseFor } from './passphrase.ts';

export async function unlockKey(file: string): Promise<OpenedKey> {
  const opened = openKey(file, null);
  if (opened.kind !== 'locked') return opened;
  return openKey(file, await passphraseFor(`passphrase of ${file}: `));
}

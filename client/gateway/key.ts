/** The key that a gateway signs with. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createDurably } from '../../activities/secrets/durable-file.ts';

export type NewKey =
  | { readonly kind: 'key'; readonly publicKey: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** Readable by its owner only. A file that is there is left as it is. */
export async function newKey(file: string): Promise<NewKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    if (!(await createDurably(file, Buffer.from(pem))))
      return {
        kind: 'problem',
        problem: `${file} is there already; name another file, or take it away first`,
      };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { kind: 'problem', problem: `${file} cannot be written (${code})` };
  }
  return { kind: 'key', publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

/** Null for anything but an Ed25519 private key in PEM. */
export function readKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** A service account made at start: the key a client signs with, and what checks its signature. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface ServiceAccountPair {
  /** The key file's text, as the Admin console would hand it out. */
  readonly keyFile: string;
  readonly clientEmail: string;
  readonly publicKey: KeyObject;
}

export function generateServiceAccount(): ServiceAccountPair {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return readKeyFile(
    JSON.stringify({
      type: 'service_account',
      project_id: 'simulated',
      private_key_id: 'simulated-key-1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'cordon@simulated.iam.gserviceaccount.com',
      client_id: '100000000000000000001',
    }),
  );
}

/** Throws when the text is not a service account's key file. */
export function readKeyFile(keyFile: string): ServiceAccountPair {
  const key = JSON.parse(keyFile) as { readonly private_key: string; readonly client_email: string };
  const publicKey = createPublicKey(createPrivateKey(key.private_key));
  return { keyFile, clientEmail: key.client_email, publicKey };
}

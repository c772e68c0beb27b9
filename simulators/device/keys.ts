/** Keys for a simulated device. Made by Node: the maker in ssh2 1.17 now and then writes an Ed25519 key it cannot read. */
import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';

export interface Key {
  /** PEM. */
  readonly private: string;
  /** As SSH sends it. */
  readonly public: Buffer;
}

export function makeKey(): Key {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  return { private: pem, public: parsed.getPublicSSH() };
}

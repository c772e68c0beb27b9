/** An approver's private key in a file of their own. Whoever can read it can approve in their name. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { keyId } from '../../activities/approvals/roster-index.ts';

export interface ApproverKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** SPKI in DER, base64: what a roster lists. */
  readonly publicKey: string;
}

export type OpenedKey =
  | { readonly kind: 'key'; readonly key: ApproverKey }
  /** The file is encrypted, and no passphrase was given. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'problem'; readonly problem: string };

const OTHERS = 0o077;

/** Writes a new key; never over an existing file. Encrypted where a passphrase is given. */
export function writeNewKey(file: string, passphrase: string | null): OpenedKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const lock = passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...lock });
  try {
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const problem =
      codeOf(error) === 'EEXIST'
        ? `${file} exists already; a key is never overwritten, so choose another name`
        : `${file} cannot be written (${codeOf(error)})`;
    return { kind: 'problem', problem };
  }
  return { kind: 'key', key: keyFrom(privateKey) };
}

export function openKey(file: string, passphrase: string | null): OpenedKey {
  const read = readOwn(file);
  if (read.kind === 'problem') return read;
  const { pem } = read;
  if (pem.includes('ENCRYPTED') && passphrase === null) return { kind: 'locked' };
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) });
    if (key.asymmetricKeyType === 'ed25519') return { kind: 'key', key: keyFrom(key) };
    return { kind: 'problem', problem: `${file} holds no Ed25519 key; make one with \`cordon keys new\`` };
  } catch {
    return {
      kind: 'problem',
      problem: `${file} cannot be read as a private key; check the passphrase, or make one with \`cordon keys new\``,
    };
  }
}

/** Checks the rights of the very file that is read. */
function readOwn(
  file: string,
): { readonly kind: 'pem'; readonly pem: string } | Extract<OpenedKey, { kind: 'problem' }> {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    if ((fstatSync(descriptor).mode & OTHERS) !== 0)
      return {
        kind: 'problem',
        problem: `${file} can be read by others on this machine, so the key proves nobody; chmod 600 it, or better make a new one`,
      };
    return { kind: 'pem', pem: readFileSync(descriptor, 'utf8') };
  } catch (error) {
    return { kind: 'problem', problem: `${file} cannot be read (${codeOf(error)})` };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function keyFrom(privateKey: KeyObject): ApproverKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { id: keyId(der), privateKey, publicKey: der.toString('base64') };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

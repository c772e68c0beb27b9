/**
 * `secret://kept/<name>`: secrets that Cordon made itself, for instance new passwords. Each lies in a file of
 * its own, encrypted with AES-256-GCM under a key file; the name is authenticated with it, so that files
 * cannot be exchanged. The key stands beside the secrets: it protects copies of single files, not of the folder.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDurably, createFolder, removeDurably } from './durable-file.ts';
import { codeOf } from './file.ts';
import { acceptSecret, noSecret, parseReference } from './source.ts';
import type { NoSecret, Secret, SecretSource } from './source.ts';

export interface KeptSecret {
  readonly reference: string;
  readonly value: string;
}

export interface KeptStore extends SecretSource {
  /**
   * The secret of this name, made with `make` the first time and the same ever after, also when two processes
   * ask at once. Durable before it returns. Throws when it cannot be stored: then it must not be used.
   */
  keep(name: string, make: () => string): Promise<KeptSecret>;
  /** Removes it for good; false where there is none. Whoever asks knows that nobody needs it any more. */
  forget(name: string): Promise<boolean>;
}

export function createKeptStore(folder: string): KeptStore {
  return {
    get: (name) => readKept(folder, name),
    async keep(name, make) {
      await createFolder(folder);
      const kept = referenceName(name);
      const reference = `secret://kept/${kept}`;
      const found = await readKept(folder, kept);
      if (found.kind === 'secret') return { reference, value: found.value };
      const path = pathOf(folder, kept);
      // Anything but plain absence is a fault: a second secret under the name would part us from the first.
      if (await exists(path)) throw new Error(found.fault.message);
      const made = acceptSecret(reference, make());
      if (made.kind === 'no_secret') throw new Error(made.fault.message);
      await createDurably(path, seal(await makeKey(folder), kept, made.value));
      // Read back: what lies there is what counts, whoever wrote it first.
      const stored = await readKept(folder, kept);
      if (stored.kind === 'no_secret') throw new Error(stored.fault.message);
      return { reference, value: stored.value };
    },
    forget: (name) => removeDurably(pathOf(folder, referenceName(name))),
  };
}

function pathOf(folder: string, name: string): string {
  return join(folder, `${sha256(name)}.secret`);
}

async function readKept(folder: string, name: string): Promise<Secret | NoSecret> {
  const reference = `secret://kept/${name}`;
  let sealed: Buffer;
  let key: Buffer;
  try {
    sealed = await readFile(pathOf(folder, name));
  } catch (error) {
    return noSecret('secret_missing', `${reference} cannot be read from ${folder} (${codeOf(error)})`);
  }
  try {
    key = await readKey(folder);
  } catch (error) {
    return noSecret('secret_key', `${reference} cannot be opened: ${messageOf(error)}`);
  }
  try {
    return acceptSecret(reference, unseal(key, name, sealed));
  } catch {
    return noSecret(
      'secret_damaged',
      `${reference} does not open with ${folder}/key; restore both from one backup`,
    );
  }
}

/** A name that may stand in a reference; any other, which may hold a person's address, becomes a digest. */
function referenceName(name: string): string {
  return parseReference(`secret://kept/${name}`) === null ? `k-${sha256(name).slice(0, 40)}` : name;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

function seal(key: Buffer, name: string, value: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Throws when key, name or bytes do not belong together. */
function unseal(key: Buffer, name: string, sealed: Buffer): string {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
  const body = sealed.subarray(IV_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}

async function makeKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'key');
  // Where secrets lie, a missing key was lost: a new one would hide that, and never open them.
  if (!(await exists(path)) && !(await readdir(folder)).some((file) => file.endsWith('.secret')))
    await createDurably(path, randomBytes(KEY_BYTES));
  return readKey(folder);
}

/** Throws when others may read the key or it is none; the message is fit to be shown. */
async function readKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'key');
  if (!(await exists(path))) throw new Error(`${path} is missing; restore it from the backup of this folder`);
  for (const [place, mode] of [
    [folder, 700],
    [path, 600],
  ] as const)
    if (((await stat(place)).mode & 0o077) !== 0)
      throw new Error(`${place} is open to others; chmod ${mode} it`);
  const key = await readFile(path);
  if (key.length !== KEY_BYTES)
    throw new Error(`${path} is not a key of ${KEY_BYTES} bytes; restore it from a backup`);
  return key;
}

/** Null while nothing is kept, or all is as it must be. The message is fit to be shown. */
export async function flawOfKept(folder: string): Promise<string | null> {
  try {
    const files = (await exists(folder)) ? await readdir(folder) : [];
    if (files.includes('key') || files.some((file) => file.endsWith('.secret'))) await readKey(folder);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : 'unknown error';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

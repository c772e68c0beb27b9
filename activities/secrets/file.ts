/** `secret://file/name`: files of one folder that only its owner may enter. */
import { open, realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { acceptSecret, LARGEST_SECRET_BYTES, noSecret } from './source.ts';
import type { NoSecret, Secret, SecretSource } from './source.ts';

/** One line end at the end of a file is the editor's, not the secret's. The folder is checked on every read. */
export function createFileSource(folder: string): SecretSource {
  return {
    async get(name) {
      const reference = `secret://file/${name}`;
      try {
        const root = await realpath(folder);
        if (((await stat(root)).mode & 0o077) !== 0)
          return noSecret('secret_folder_open', `${folder} may be entered by others; chmod 700 it`);
        const path = await realpath(resolve(root, name));
        // Resolved first, so that neither `..` nor a link leads out.
        if (!path.startsWith(root + sep))
          return noSecret('secret_outside', `${reference} leads out of the secrets folder`);
        return await read(path, reference);
      } catch (error) {
        return noSecret('secret_missing', `${reference} cannot be read (${codeOf(error)}); check ${folder}`);
      }
    },
  };
}

async function read(path: string, reference: string): Promise<Secret | NoSecret> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > LARGEST_SECRET_BYTES + 2)
      return noSecret('secret_too_large', `${reference} is too large to be a secret`);
    return acceptSecret(reference, (await file.readFile('utf8')).replace(/\r?\n$/, ''));
  } finally {
    await file.close();
  }
}

/** The message of a file error quotes paths only, but its code says enough. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

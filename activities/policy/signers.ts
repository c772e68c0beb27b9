/** Who may activate a policy set, and how their signatures are recognised. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readYaml } from './lists.ts';
import { codeOf, problem, type Problems } from './set-files.ts';

/** A roster of persons is one; so is the file below. */
export interface SignerBook {
  /** By the key's id: SHA-256 of its SPKI bytes, base64url. */
  byKey(
    id: string,
  ): { readonly person: { readonly id: string }; readonly key: { readonly key: KeyObject } } | null;
}

const list = z.strictObject({
  signers: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(200),
        /** Ed25519 public keys, base64 of their SPKI bytes as in a PEM file. */
        keys: z.array(z.string().max(200)).min(1).max(20),
      }),
    )
    .min(2)
    .max(1_000),
});

export type OpenedSigners = { readonly kind: 'signers'; readonly book: SignerBook } | Problems;

/** `signers: [{ id, keys: [base64] }]`, at least two persons. */
export async function openSigners(path: string): Promise<OpenedSigners> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return problem(`${path} cannot be read (${codeOf(error)}); it names who may activate policies`);
  }
  const read = readYaml({ file: path, text }, list);
  if (read.kind === 'problems') return read;
  const known = new Map<
    string,
    { readonly person: { readonly id: string }; readonly key: { readonly key: KeyObject } }
  >();
  for (const { id, keys } of read.value.signers)
    for (const text of keys) {
      const key = publicKey(text);
      if (key === null) return problem(`${path}: a key of ${id} is no Ed25519 public key`);
      if (known.has(keyId(key)))
        return problem(`${path}: a key of ${id} is listed twice; a key belongs to one person`);
      known.set(keyId(key), { person: { id }, key: { key } });
    }
  return { kind: 'signers', book: { byKey: (id) => known.get(id) ?? null } };
}

export function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

function publicKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/**
 * Which policy set is enforced: the one that two different persons signed for. The file travels with the policies; the
 * worker believes the signatures in it and nothing else.
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { canonical } from '../../workflows/audit/canonical.ts';
import { personKey } from '../../workflows/walk/outcome.ts';
import { keyId, type SignerBook } from './signers.ts';
import { codeOf, problem, type Problems } from './set-files.ts';
import { readYaml } from './lists.ts';

/** Different persons who must sign. */
export const ENOUGH = 2;

const signature = z.strictObject({
  /** Id of the key, as the signers' file has it. */
  key: z.string().max(64),
  at: z.int().min(0),
  /** Base64url of the 64 bytes of an Ed25519 signature. */
  signature: z.string().max(100),
});

export const activationFile = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** The set enforced before; null for the first one. */
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  signatures: z.array(signature).max(20),
});
export type Activation = z.output<typeof activationFile>;

/** Null: there is no file yet. */
export async function readActivation(path: string): Promise<Activation | null | Problems> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : problem(`${path} cannot be read (${codeOf(error)})`);
  }
  const read = readYaml({ file: path, text }, activationFile);
  return read.kind === 'problems' ? read : read.value;
}

export function signFor(
  { digest, previous }: Pick<Activation, 'digest' | 'previous'>,
  key: KeyObject,
  publicKey: KeyObject,
  at: number,
): Activation['signatures'][number] {
  const bytes = statement({ digest, previous }, at);
  return { key: keyId(publicKey), at, signature: sign(null, bytes, key).toString('base64url') };
}

/** What is signed says what it is, so that no signature for something else can stand in for it. */
function statement({ digest, previous }: Pick<Activation, 'digest' | 'previous'>, at: number): Buffer {
  return Buffer.from(canonical({ type: 'cordon/policy-activation/v1', digest, previous, at }));
}

/** The different persons whose signatures hold. */
export function signersOf(activation: Activation, book: SignerBook): readonly string[] {
  const persons = new Map<string, string>();
  for (const one of activation.signatures) {
    const found = book.byKey(one.key);
    if (found === null) continue;
    const signed = Buffer.from(one.signature, 'base64url');
    if (verify(null, statement(activation, one.at), found.key.key, signed))
      persons.set(personKey(found.person.id), found.person.id);
  }
  return [...persons.values()];
}

/** Null: `digest` may be enforced. Otherwise why not, and what to do. */
export function objectionTo(activation: Activation | null, digest: string, book: SignerBook): string | null {
  if (activation === null) return 'no policy set was activated yet; two persons run "cordon policy activate"';
  if (activation.digest !== digest)
    return `the policies have digest ${digest}, activated is ${activation.digest}; activate them or put the others back`;
  const persons = signersOf(activation, book);
  if (persons.length >= ENOUGH) return null;
  const who = persons.length === 0 ? 'nobody' : `only ${persons.join(', ')}`;
  return `${who} has signed for these policies; a second, different person runs "cordon policy activate"`;
}

/** Finds who speaks for a word's kind of proof. */
import type { Attestation, Attestor, Word } from './attestation.ts';

/**
 * A word that brings nothing may still have been seen by the server, which then says who sent it; otherwise it is
 * an asserted name. Whether that is enough is not decided here.
 */
export async function attestWord(attestors: readonly Attestor[], word: Word): Promise<Attestation> {
  const by = (kind: Attestor['proof']): Attestor | undefined => attestors.find(({ proof }) => proof === kind);
  if (word.proof.kind === 'none') {
    const seen = await by('principal')?.attest({ ...word, proof: { kind: 'principal' } });
    if (seen !== undefined && seen.kind !== 'refused') return seen;
  }
  const attestor = by(word.proof.kind);
  if (attestor !== undefined) return attestor.attest(word);
  return {
    kind: 'refused',
    code: 'proof_not_accepted',
    reason: `no proof of the kind ${word.proof.kind} is accepted here; the configuration says which are`,
  };
}

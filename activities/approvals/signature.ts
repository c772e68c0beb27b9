/** V3 by a key: the person signed the statement with an Ed25519 key that the roster lists as theirs. */
import { verify } from 'node:crypto';
import { sha256 } from '../keys.ts';
import type { Attestation, Attestor, Word } from './attestation.ts';
import type { RosterSource } from './roster-source.ts';
import { isUnambiguous, statementBytes } from './statement.ts';

export function createSignatureAttestor(rosters: RosterSource): Attestor {
  return { proof: 'signature', assurance: 'V3', attest: (word) => attest(rosters, word) };
}

async function attest(rosters: RosterSource, word: Word): Promise<Attestation> {
  const { proof, message, subject, at } = word;
  if (proof.kind !== 'signature') return refused('proof_unknown', 'this is no signature');
  const current = await rosters.current();
  if (current.kind === 'unavailable') return current;
  const found = current.roster.byKey(proof.key);
  if (found === null)
    return refused('key_unknown', 'no person on the roster has this key; it may have been taken off');
  const { person, key } = found;
  if (at < (key.from ?? -Infinity)) return refused('key_not_yet', 'this key is not valid yet');
  if (at >= (key.until ?? Infinity)) return refused('key_expired', 'this key is no longer valid');
  if (!isUnambiguous(message.by)) return refused('signature_wrong', 'a name has no line feeds');
  const { kind: decision, by, reason } = message;
  const signature = Buffer.from(proof.signature, 'base64url');
  if (!verify(null, statementBytes({ decision, subject: subject.digest, by, reason }), key.key, signature))
    return refused(
      'signature_wrong',
      'the signature is not of this decision, card, name and reason under that key',
    );
  return { kind: 'person', person: person.id, assurance: 'V3', evidence: sha256(signature) };
}

function refused(code: string, reason: string): Attestation {
  return { kind: 'refused', code, reason };
}

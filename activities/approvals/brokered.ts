/** V2: a gateway of ours that had the person sign in vouches for their word, and for no other. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from '../keys.ts';
import type { Attestation, Attestor, Word } from './attestation.ts';
import type { RosterSource } from './roster-source.ts';
import { digestOfWord, nameOfKey, readVoucher } from './voucher.ts';

export interface BrokeredAttestorInput {
  readonly rosters: RosterSource;
  /** Public keys of trusted gateways by name, see `nameOfKey`. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

export function createBrokeredAttestor(input: BrokeredAttestorInput): Attestor {
  return { proof: 'brokered', assurance: 'V2', attest: (word) => attest(input, word) };
}

export type TrustedKeys =
  | { readonly kind: 'keys'; readonly keys: ReadonlyMap<string, KeyObject> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** From the list in the configuration: SPKI in DER, base64. */
export function readTrustedKeys(list: readonly string[]): TrustedKeys {
  const keys = new Map<string, KeyObject>();
  const problems: string[] = [];
  for (const [at, text] of list.entries()) {
    const key = publicKeyIn(text);
    if (key === null) problems.push(`gateway.trusted_keys: entry ${at + 1} is no Ed25519 public key`);
    else keys.set(nameOfKey(key), key);
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'keys', keys };
}

function publicKeyIn(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

async function attest({ rosters, keys }: BrokeredAttestorInput, word: Word): Promise<Attestation> {
  const { proof, message, subject, at } = word;
  if (proof.kind !== 'brokered') return refused('proof_unknown', 'this is no voucher of a gateway');
  const read = await readVoucher(proof.jws, keys, at);
  if (read.kind === 'refused') return read;
  const { voucher } = read;
  if (voucher.card !== subject.digest)
    return refused('voucher_other_card', 'the gateway vouched for a vote on another card');
  if (voucher.word !== digestOfWord(message))
    return refused('voucher_other_word', 'the gateway vouched for another decision, name or reason');
  const current = await rosters.current();
  if (current.kind === 'unavailable') return current;
  const known = current.roster.bySubject(voucher.issuer, voucher.subject);
  switch (known.kind) {
    case 'unknown':
      return refused('person_unknown', 'the roster lists nobody who signs in like this');
    case 'barred':
      return refused('service_account', 'workers and services approve nothing');
    case 'person':
      return { kind: 'person', person: known.person.id, assurance: 'V2', evidence: sha256(proof.jws) };
    default:
      return known satisfies never;
  }
}

function refused(code: string, reason: string): Attestation {
  return { kind: 'refused', code, reason };
}

/** V0: the name is what the word says it is. It proves nobody; whether it counts all the same is decided elsewhere. */
import { canonical } from '../../workflows/audit/canonical.ts';
import { sha256 } from '../keys.ts';
import type { Attestation, Attestor } from './attestation.ts';
import type { RosterSource } from './roster-source.ts';

/** Without a roster anybody may be named; with one, only whom it lists. */
export function createAssertedAttestor(rosters: RosterSource | null): Attestor {
  return {
    proof: 'none',
    assurance: 'V0',
    async attest({ message: { by }, subject }) {
      const person = await named(rosters, by);
      if (typeof person !== 'string') return person;
      return {
        kind: 'person',
        person,
        assurance: 'V0',
        evidence: sha256(canonical({ by, subject: subject.digest })),
      };
    },
  };
}

async function named(rosters: RosterSource | null, by: string): Promise<string | Attestation> {
  if (rosters === null) return by;
  const current = await rosters.current();
  if (current.kind === 'unavailable') return current;
  const known = current.roster.byAccount(by);
  switch (known.kind) {
    case 'person':
      return known.person.id;
    case 'barred':
      return { kind: 'refused', code: 'service_account', reason: 'workers and services approve nothing' };
    case 'unknown':
      return { kind: 'refused', code: 'person_unknown', reason: 'the roster lists nobody by this name' };
    default:
      return known satisfies never;
  }
}

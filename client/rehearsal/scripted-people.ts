/** The people of a rehearsal: a roster from the script, and proofs that are as good as the script says. */
import {
  createApprovals,
  MASS_TARGETS,
  MOST_PER_HOUR,
  NO_ROSTER,
  type Approvals,
} from '../../activities/approvals/index.ts';
import type { Attestor } from '../../activities/approvals/attestation.ts';
import { createRoster } from '../../activities/approvals/roster-index.ts';
import { rosterList } from '../../activities/approvals/roster-list.ts';
import type { RosterSource } from '../../activities/approvals/roster-source.ts';
import { sha256 } from '../../activities/keys.ts';
import type { Proof } from '../../workflows/ports.ts';
import { ASSURANCES, type Assurance } from '../../workflows/walk/outcome.ts';
import type { Clock } from './clock.ts';
import { durationMs, type Rehearsal } from './script.ts';

/** What a proof looks like in a rehearsal: nothing is signed, and everybody means what they say. */
export function scriptedProof(assurance: Assurance): Proof {
  return { kind: 'brokered', jws: `rehearsed.${assurance}.proof` };
}

/** Throws for a roster that is none: the script is then refused. */
export function scriptedApprovals({ roster, leaves }: Rehearsal, clock: Clock): Approvals {
  const rosters = roster === undefined ? null : rostersOf(roster, leaves, clock, clock.now());
  const rehearsed = rehearsedAttestor(rosters);
  if (rosters === null) return { ...NO_ROSTER, attestors: [...NO_ROSTER.attestors, rehearsed] };
  return createApprovals({
    rosters,
    idToken: null,
    massTargets: MASS_TARGETS,
    mostPerHour: MOST_PER_HOUR,
    notices: null,
    others: [rehearsed],
  });
}

function rostersOf(listed: unknown, leaves: Rehearsal['leaves'], clock: Clock, start: number): RosterSource {
  const list = rosterList.safeParse(listed);
  if (!list.success) throw new Error(`roster: ${list.error.issues.map(({ message }) => message).join('; ')}`);
  const here = (id: string): boolean => {
    const leaving = leaves[id];
    return leaving === undefined || clock.now() < start + durationMs(leaving);
  };
  return {
    async current() {
      const persons = list.data.persons.filter(({ id }) => here(id));
      const created = createRoster({ ...list.data, persons }, sha256(JSON.stringify(persons)));
      if (created.kind === 'problems') throw new Error(`roster: ${created.problems.join('; ')}`);
      return created;
    },
  };
}

function rehearsedAttestor(rosters: RosterSource | null): Attestor {
  return {
    proof: 'brokered',
    assurance: 'V2',
    async attest({ message, proof }) {
      const level = proof.kind === 'brokered' ? proof.jws.split('.')[1] : undefined;
      const assurance = ASSURANCES.find((one) => one === level) ?? 'V0';
      const current = await rosters?.current();
      const known = current?.kind === 'roster' ? current.roster.byAccount(message.by) : null;
      if (known !== null && known.kind !== 'person')
        return { kind: 'refused', code: 'person_unknown', reason: 'the roster lists nobody by this name' };
      const person = known?.person.id ?? message.by;
      return { kind: 'person', person, assurance, evidence: sha256(`${person} ${assurance}`) };
    },
  };
}

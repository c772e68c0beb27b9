/** Everything that decides whether a word counts, put together from the configuration. */
import type { Attestor } from './attestation.ts';
import { createAssertedAttestor } from './asserted.ts';
import { createIdTokenAttestor, type IdTokenConfig } from './id-token.ts';
import type { Notices } from './notices.ts';
import type { RosterSource } from './roster-source.ts';
import { createSignatureAttestor } from './signature.ts';

export interface Approvals {
  /** Null: nobody is known, and only asserted names (V0) can be told apart. */
  readonly rosters: RosterSource | null;
  readonly attestors: readonly Attestor[];
  /** From this many targets on, an approver types how many there are. */
  readonly massTargets: number;
  /** Cards that one person may approve within an hour. */
  readonly mostPerHour: number;
  /** Null: nobody is told of a card. */
  readonly notices: Notices | null;
}

export const MASS_TARGETS = 10;
export const MOST_PER_HOUR = 30;

/** Without a roster: for trying a playbook out. */
export const NO_ROSTER: Approvals = {
  rosters: null,
  attestors: [createAssertedAttestor(null)],
  massTargets: MASS_TARGETS,
  mostPerHour: MOST_PER_HOUR,
  notices: null,
};

export interface ApprovalsInput {
  readonly rosters: RosterSource | null;
  readonly idToken: IdTokenConfig | null;
  readonly massTargets: number;
  readonly mostPerHour: number;
  readonly notices: Notices | null;
  /** Attestors that need more of the world than this folder has. */
  readonly others?: readonly Attestor[];
}

export function createApprovals(input: ApprovalsInput): Approvals {
  const { rosters, idToken, massTargets, mostPerHour, notices, others = [] } = input;
  if (rosters === null) return { ...NO_ROSTER, massTargets, mostPerHour, notices };
  const tokens = idToken === null ? [] : [createIdTokenAttestor(idToken, rosters)];
  const attestors = [createAssertedAttestor(rosters), createSignatureAttestor(rosters), ...tokens, ...others];
  return { rosters, attestors, massTargets, mostPerHour, notices };
}

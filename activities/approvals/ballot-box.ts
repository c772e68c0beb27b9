/**
 * What the server wrote down of the signals a run was sent: the ballot box behind the doorbell. The sender's own
 * words (payload, `identity`) stand there as well, and prove nothing; the principal was put there by the server.
 */

import type { Principal } from './roster.ts';

export interface Ballot {
  readonly runId: string;
  readonly eventId: string;
  /** Server time, milliseconds since 1970. */
  readonly at: number;
  readonly signal: string;
  /** The first argument, decoded; null where nobody can read it. */
  readonly payload: unknown;
  /** Null: the server stamps none, or let the sender in without knowing who they are. */
  readonly principal: Principal | null;
  /** Sent to another run and put into this one by a reset, under the name of whoever reset it. */
  readonly reapplied: boolean;
}

export interface BallotBox {
  /** Newest first, back to the asked time or to the last reset. */
  readonly ballots: readonly Ballot[];
  /** Who completed workflow tasks meanwhile: workers, however they are called. */
  readonly workers: readonly Principal[];
  /** False: there was more than may be read, so what is missing here may exist all the same. */
  readonly whole: boolean;
}

/**
 * Reads the run, and the runs it continues, back to `since`. Throws when the server cannot be asked: a vote then
 * waits.
 */
export type OpenBallotBox = (
  run: { readonly workflowId: string; readonly runId: string },
  since: number,
) => Promise<BallotBox>;

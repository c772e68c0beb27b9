/** The roster as it stands now: a change of the file counts from the next question on, without a restart. */
import { openRoster, type Roster } from './roster.ts';

export type CurrentRoster =
  | { readonly kind: 'roster'; readonly roster: Roster }
  /** Nobody can say who is who now; ask again later, and count nothing meanwhile. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface RosterSource {
  /** MUST be asked anew for every question. Never throws. */
  current(): Promise<CurrentRoster>;
}

/** Reads the file for every question; what it says is worked out once per content. */
export function createRosterSource(file: string, expectedDigest: string | null): RosterSource {
  let known: Roster | null = null;
  return {
    async current() {
      const opened = await openRoster(file, expectedDigest, known);
      if (opened.kind === 'roster') {
        known = opened.roster;
        return opened;
      }
      return { kind: 'unavailable', reason: 'the roster of approvers cannot be read at the moment' };
    },
  };
}

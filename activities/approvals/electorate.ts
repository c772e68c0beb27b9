/**
 * Who may have a say. Persons, not accounts: whoever asked for a run, started it or wrote its playbook approves none
 * of its cards, under whatever name.
 */
import type { RunRef } from '../../workflows/ports.ts';
import { samePerson } from '../../workflows/walk/outcome.ts';
import type { Roster, RosterPerson } from './roster.ts';

export interface Objection {
  readonly code: string;
  readonly reason: string;
}

type Run = Pick<RunRef, 'requestedBy' | 'startedBy' | 'playbook' | 'playbookVersion'>;

/** Null when this person may approve. Without a roster a name is all there is. */
export function objectionTo(roster: Roster | null, person: string, run: Run): Objection | null {
  const is = (name: string | undefined): boolean => name !== undefined && isPerson(roster, name, person);
  if (is(run.requestedBy))
    return { code: 'requester', reason: `${person} asked for this run and cannot approve it` };
  if (is(run.startedBy))
    return { code: 'starter', reason: `${person} started this run and cannot approve it` };
  const listed = roster === null ? null : personById(roster, person);
  if (listed !== null && roster?.wrote(listed, run.playbook, run.playbookVersion) === true)
    return { code: 'author', reason: `${person} wrote this playbook and cannot approve what it does` };
  return null;
}

function isPerson(roster: Roster | null, name: string, person: string): boolean {
  if (samePerson(name, person)) return true;
  const known = roster?.byAccount(name);
  return known?.kind === 'person' && known.person.id === person;
}

export function personById(roster: Roster, id: string): RosterPerson | null {
  const known = roster.byAccount(id);
  return known.kind === 'person' && known.person.id === id ? known.person : null;
}

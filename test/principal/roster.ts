/** Two people, a service and a worker; a stranger is nobody. */
import type { Known, Principal, Roster, RosterPerson } from '../../activities/approvals/roster.ts';
import type { Rosters } from '../../activities/approvals/rosters.ts';

const person = (id: string): RosterPerson => ({
  id,
  name: id,
  groups: ['soc'],
  mail: `${id}@corp.example`,
  keys: [],
});
const PERSONS = [person('carol'), person('bob')];

function known(id: string | undefined): Known {
  const found = PERSONS.find((one) => one.id === id);
  if (found !== undefined) return { kind: 'person', person: found };
  return id === 'robot' ? { kind: 'barred' } : { kind: 'unknown' };
}

export const rosterOf = (): Roster => ({
  digest: '0'.repeat(64),
  persons: PERSONS,
  byAccount: (name) => known(/^([a-z]+)(@corp\.example)?$/i.exec(name.trim())?.[1]?.toLowerCase()),
  byPrincipal: ({ type, name }: Principal) =>
    // The worker's own account is listed as if it were carol's: what bars it then is what it does.
    type === 'jwt'
      ? known(name === 'sub-of-worker' ? 'carol' : name.replace(/^sub-of-/, ''))
      : { kind: 'unknown' },
  bySubject: () => ({ kind: 'unknown' }),
  byKey: () => null,
});

export const rostersOf = (changes: Partial<Roster> = {}): Rosters => ({
  current: () => Promise.resolve({ kind: 'roster', roster: { ...rosterOf(), ...changes } }),
});

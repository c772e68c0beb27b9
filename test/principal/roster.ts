/** Two people, a service and a worker; a stranger is nobody. */
import type { Roster } from '../../activities/approvals/roster.ts';
import { createRoster } from '../../activities/approvals/roster-index.ts';
import { rosterList } from '../../activities/approvals/roster-list.ts';
import type { RosterSource } from '../../activities/approvals/roster-source.ts';

/** What stands in the file; the worker's account is listed as carol's own, so that only what it does bars it. */
export const ROSTER = {
  persons: [
    {
      id: 'carol',
      name: 'Carol',
      groups: ['soc'],
      mail: 'carol@corp.example',
      principals: [
        { type: 'jwt', name: 'sub-of-carol' },
        { type: 'jwt', name: 'sub-of-worker' },
      ],
    },
    {
      id: 'bob',
      name: 'Bob',
      groups: ['soc'],
      mail: 'bob@corp.example',
      principals: [{ type: 'jwt', name: 'sub-of-bob' }],
    },
  ],
  groups: { soc: {} },
  never_approve: { principals: [{ type: 'jwt', name: 'sub-of-robot' }] },
};

export function rosterOf(): Roster {
  const made = createRoster(rosterList.parse(ROSTER), '0'.repeat(64));
  if (made.kind === 'problems') throw new Error(made.problems.join('\n'));
  return made.roster;
}

export const rostersOf = (changes: Partial<Roster> = {}): RosterSource => ({
  current: () => Promise.resolve({ kind: 'roster', roster: { ...rosterOf(), ...changes } }),
});

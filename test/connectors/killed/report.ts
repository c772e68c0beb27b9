/** Reports, which are written from our own record into our own evidence: nobody outside is asked. */
import type { Subject } from './family.ts';
import type { Action } from './action.ts';
import type { Place } from './place.ts';

async function open(): Promise<Place> {
  return {
    settings: () => ({}),
    effects: () => 0,
    state: () => null,
    hold: () => Promise.reject(new Error('there is no line to anybody')),
    letGo: () => undefined,
    close: async () => undefined,
  };
}

const connector = 'report';
const about = { case_id: 'CASE-1' };
const actions: readonly Action[] = [
  {
    connector,
    type: 'CreateIncidentReport',
    effects: 0,
    local: true,
    input: () => ({ ...about, device_id: 'host-0042', findings: 'A beacon.', indicators: [] }),
  },
  {
    connector,
    type: 'DocumentChanges',
    effects: 0,
    local: true,
    input: () => ({
      ...about,
      router_ip: '192.0.2.10',
      changes: ['telnet is off'],
      timestamp: '2026-01-05T09:00:00Z',
    }),
  },
];

export const report: readonly Subject<Place>[] = actions.map((action) => ({ action, open }));

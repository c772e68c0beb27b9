/** The world of a rehearsal: real activities, a store in memory, scripted policy and connectors. */
import { contracts as installed, createCatalogue } from '../../activities/catalogue/index.ts';
import { Undo } from '../../activities/catalogue/undo.ts';
import type { TaskContract } from '../../activities/catalogue/task-type.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { World } from '../../activities/world.ts';
import type { Clock } from './clock.ts';
import type { Rehearsal } from './script.ts';
import { fixtureContracts, scriptedConnector, type Callbook } from './scripted-world.ts';
import { scriptedApprovals } from './scripted-people.ts';
import { scriptedPolicy } from './scripted-policy.ts';
import type { Attempts } from './stage.ts';

/** How installed types are performed where the script says nothing else: undone exactly, safe to repeat. */
const USUAL = { reversibility: 'A', repeat: 'natural' } as const;
const NAME = 'scripted';

export function rehearsalWorld(
  rehearsal: Rehearsal,
  clock: Clock,
  attempts: Attempts,
  callbook: Callbook,
): World {
  const fixtures = fixtureContracts(rehearsal.types);
  const contracts = new Map<string, TaskContract>([
    ...installed,
    ...fixtures.map((one) => [one.name, one] as const),
  ]);
  const likes = [...contracts.keys()].map((type) => ({ type, like: rehearsal.types[type] ?? USUAL }));
  const connector = scriptedConnector(NAME, likes, { rehearsal, clock, callbook, start: clock.now() });
  return {
    mode: rehearsal.mode,
    labels: 'key',
    ledger: createMemoryLedger({ log: 'rehearsal', now: () => clock.now() }),
    policy: scriptedPolicy(rehearsal),
    approvals: scriptedApprovals(rehearsal, clock),
    origin: async () => null,
    connectors: new Map([[NAME, connector]]),
    contracts: new Map<string, TaskContract>([[Undo.name, Undo], ...contracts]),
    catalogue: createCatalogue([connector], contracts),
    playbook: async () => null,
    providerOf: () => null,
    secret: async (reference) => `value of ${reference}`,
    keepSecret: async (name) => ({ reference: `secret://kept/${name}`, value: 'a rehearsed secret' }),
    redact: (text) => text,
    whoStarted: async () => rehearsal.requested_by,
    searchable: false,
    pulse: attempts.pulse,
    now: () => clock.now(),
  };
}

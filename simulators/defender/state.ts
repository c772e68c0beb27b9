/** Machines, what was ordered on them, and the list of indicators. */
import { createHash, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../workflows/language/json.ts';

export interface Action {
  readonly id: string;
  readonly type: string;
  readonly machineId: string;
  readonly externalID: string | null;
  readonly creationDateTimeUtc: string;
  status: string;
  /** Looks left until the order is carried out. */
  left: number;
}

export interface Estate {
  /** Id by host name; made when unknown and wanted. */
  machine(name: string): string;
  readonly machines: ReadonlyMap<string, string>;
  readonly actions: Action[];
  readonly indicators: Map<string, JsonObject>;
  order(machineId: string, type: string, externalID: string | null): Action;
  /** An open action comes nearer to its end with every look. */
  look(id: string): Action | null;
  isIsolated(machineId: string): boolean;
}

export function createEstate(looks: number): Estate {
  const machines = new Map<string, string>();
  const actions: Action[] = [];
  let clock = Date.now();
  return {
    machines,
    actions,
    indicators: new Map(),
    machine(name) {
      const id = createHash('sha1').update(name.toLowerCase()).digest('hex');
      machines.set(name.toLowerCase(), id);
      return id;
    },
    order(machineId, type, externalID) {
      const action: Action = {
        id: randomUUID(),
        type,
        machineId,
        externalID,
        // No two at the same time, so that their order is never in doubt.
        creationDateTimeUtc: new Date((clock += 1)).toISOString(),
        status: 'Pending',
        left: looks,
      };
      actions.push(action);
      return action;
    },
    look(id) {
      const action = actions.find((one) => one.id === id) ?? null;
      if (action?.status === 'Pending' || action?.status === 'InProgress') {
        action.left -= 1;
        action.status = action.left <= 0 ? 'Succeeded' : 'InProgress';
      }
      return action;
    },
    isIsolated(machineId) {
      const turns = actions.filter(
        ({ machineId: on, type, status }) =>
          on === machineId && status === 'Succeeded' && /^(Isolate|Unisolate)$/.test(type),
      );
      return turns.at(-1)?.type === 'Isolate';
    },
  };
}

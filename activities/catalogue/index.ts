/** Every task type a playbook may use. A new one is added to its list here and to nothing else. */
import type { Catalogue, Performer } from '../../workflows/language/catalogue.ts';
import type { Connector } from '../connectors/connector.ts';
import { accountTaskTypes } from './account.ts';
import { deviceTaskTypes } from './device.ts';
import { edrTaskTypes } from './edr.ts';
import { emailTaskTypes } from './email.ts';
import { httpTaskTypes } from './http.ts';
import { routerTaskTypes } from './router.ts';
import { jsonSchema, type TaskContract } from './task-type.ts';
import { Undo } from './undo.ts';

const all: readonly TaskContract[] = [
  ...emailTaskTypes,
  ...accountTaskTypes,
  ...deviceTaskTypes,
  ...routerTaskTypes,
  ...edrTaskTypes,
  ...httpTaskTypes,
];

export const contracts: ReadonlyMap<string, TaskContract> = new Map(all.map((one) => [one.name, one]));

/** With what no playbook may name, but a run may be made of. */
export const everyContract: ReadonlyMap<string, TaskContract> = new Map([...contracts, [Undo.name, Undo]]);

/**
 * What the compiler may know. A type that no connector performs stays: such a playbook can be planned and
 * rehearsed. Throws when a connector claims a type that does not exist, or two connectors share a name.
 */
export function createCatalogue(
  connectors: readonly Connector[],
  types: ReadonlyMap<string, TaskContract> = contracts,
): Catalogue {
  checkConnectors(connectors, types);
  return new Map(
    [...types.values()].map(({ name, summary, input, output }) => [
      name,
      {
        name,
        summary,
        input: jsonSchema(input),
        output: jsonSchema(output),
        performers: connectors.flatMap((connector) => performerOf(connector, name)),
      },
    ]),
  );
}

function performerOf(connector: Connector, type: string): readonly Performer[] {
  if (!Object.hasOwn(connector.performs, type)) return [];
  const performance = connector.performs[type];
  if (!performance) return [];
  const { reversibility, repeat, timeoutMs } = performance;
  return [{ connector: connector.name, reversibility, repeat, timeoutMs }];
}

function checkConnectors(connectors: readonly Connector[], types: ReadonlyMap<string, TaskContract>): void {
  const seen = new Set<string>();
  for (const { name, performs } of connectors) {
    if (seen.has(name)) throw new Error(`two connectors are named ${name}`);
    seen.add(name);
    const unknown = Object.keys(performs).find((type) => !types.has(type));
    if (unknown !== undefined)
      throw new Error(`connector ${name} performs ${unknown}, which is no task type`);
  }
}

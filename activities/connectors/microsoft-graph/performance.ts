/** What every performance of this connector is given, and the shape they share. */
import type { z } from 'zod';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { TaskContract } from '../../catalogue/task-type.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { Answer, CallContext, Performance, Undo } from '../connector.ts';
import type { Graph } from './client.ts';

export interface At {
  readonly graph: Graph;
  readonly evidence: EvidenceStore;
  readonly ownDomains: readonly string[];
  /** The group whose members must prove a second factor; null where none is configured. */
  readonly secondFactorGroup: string | null;
  readonly call: CallContext;
}

type Traits = Omit<Performance, 'perform' | 'check' | 'undo'>;

/** One task as this connector does it; inputs and outputs are those of the task's contract. */
export interface Deed<C extends TaskContract = TaskContract> extends Traits {
  readonly contract: C;
  perform(input: z.output<C['input']>, at: At): Promise<Answer<z.input<C['output']>>>;
  check?(input: z.output<C['input']>, at: At): Promise<z.input<C['output']> | null>;
  /** With the deed's own permissions; `bind` puts together what it works with. */
  undo?(bind: (call: CallContext) => At): Undo;
}

export function deed<C extends TaskContract>(contract: C, how: Omit<Deed<C>, 'contract'>): Deed<C> {
  return { contract, ...how };
}

/** The deed under its task type, as the registry takes it. `bind` makes a client with the deed's own permissions. */
export function performanceOf<C extends TaskContract>(
  { contract, perform, check, undo, ...traits }: Deed<C>,
  bind: (scopes: readonly string[], call: CallContext) => At,
): readonly [taskType: string, performance: Performance] {
  type Input = z.output<C['input']>;
  type Output = Answer<JsonObject>;
  const at = (call: CallContext) => bind(traits.scopes, call);
  const checked = check && {
    check: async (input: JsonObject, call: CallContext) =>
      (await check(input as Input, at(call))) as JsonObject | null,
  };
  const performance: Performance = {
    ...traits,
    perform: async (input, call) => (await perform(input as Input, at(call))) as Output,
    ...checked,
    ...(undo === undefined ? {} : { undo: undo(at) }),
  };
  return [contract.name, performance];
}

/** An account as it stands in a path. */
export function user(address: string): string {
  return `/users/${encodeURIComponent(address)}`;
}

/** The rules of an account's inbox; there are none elsewhere. */
export function rulesPath(address: string): string {
  return `${user(address)}/mailFolders/inbox/messageRules`;
}

/** Text that strangers wrote, fit for one line of a report: no control or direction marks, at most 120 characters. */
export function plain(text: string): string {
  const cleaned = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = Array.from(cleaned);
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : cleaned;
}

/** In lower case: what is configured, and the account's own. */
export function domainsOf(ownDomains: readonly string[], address: string): readonly string[] {
  return [...ownDomains, address.slice(address.lastIndexOf('@') + 1).toLowerCase()];
}

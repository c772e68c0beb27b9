/** Appends facts to the record. Everything an activity remembers goes through here. */
import { receiptText } from '../workflows/audit/receipt.ts';
import type { LocalActivities } from '../workflows/activities.ts';
import type { RunRef } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { NewEvent, Receipt } from './stores/audit.ts';
import type { World } from './world.ts';

export function createRecord(world: World): LocalActivities['record'] {
  return async ({ run, facts }) => ({ receipts: await appendFacts(world, run, facts) });
}

/**
 * Durable when it resolves, with the receipts for history; throws when the store cannot be reached, and then nothing
 * may follow.
 */
export async function appendFacts(
  world: World,
  run: RunRef,
  facts: readonly StampedFact[],
): Promise<readonly string[]> {
  if (facts.length === 0) return [];
  return demandRecorded(await world.ledger.append(eventsOf(run, facts)));
}

/** A step run again may learn something else, and that is a fact of its own: both are kept. */
export function eventsOf(run: NewEvent['run'], facts: readonly StampedFact[]): readonly NewEvent[] {
  return facts.map((fact) => ({ run, fact, mayVary: true }));
}

/**
 * The receipts as history keeps them. An event refused by the record must not be acted on; by construction it cannot
 * happen, so it is our bug.
 */
export function demandRecorded(receipts: readonly Receipt[]): readonly string[] {
  const refused = receipts.find((receipt) => receipt.kind === 'conflict');
  if (refused !== undefined) throw new Error(`the record holds something else under event ${refused.id}`);
  return receipts.map(receiptText);
}

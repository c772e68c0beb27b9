/** Stores an action card under the digest of its bytes: what is approved is these bytes and no others. */
import { canonical } from '../workflows/audit/canonical.ts';
import type { LocalActivities } from '../workflows/activities.ts';
import { sha256 } from './keys.ts';
import { demandRecorded, eventsOf } from './record.ts';
import type { World } from './world.ts';

export function createAsk(world: World): LocalActivities['ask'] {
  return async ({ run, facts, body }) => {
    const text = canonical({ ...body });
    const digest = sha256(text);
    const stored = await world.ledger.put({ kind: 'card', digest, text }, eventsOf(run, facts));
    return { digest, body, receipts: demandRecorded(stored) };
  };
}

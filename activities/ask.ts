/** Stores an action card under the digest of its bytes: what is approved is these bytes and no others. */
import type { LocalActivities } from '../workflows/activities.ts';
import type { CardBody } from '../workflows/ports.ts';
import { cardText, LARGEST_CARD } from './approvals/card-text.ts';
import { sha256 } from './keys.ts';
import { appendFacts, demandRecorded, eventsOf } from './record.ts';
import type { World } from './world.ts';

export function createAsk(world: World): LocalActivities['ask'] {
  return async ({ run, facts, body }) => {
    const text = cardText(body);
    const bytes = Buffer.byteLength(text);
    if (bytes > LARGEST_CARD) {
      const receipts = await appendFacts(world, run, facts);
      const message = `the card of ${body.task} takes ${bytes} bytes, and nobody reads more than ${LARGEST_CARD}; give the task fewer or smaller inputs`;
      return { fault: { code: 'card_too_large', message }, receipts };
    }
    const digest = sha256(text);
    const stored = await world.ledger.put({ kind: 'card', digest, text }, eventsOf(run, facts));
    const reminders = world.approvals.notices === null ? {} : { reminders: remindersOf(body) };
    return { digest, body, ...reminders, receipts: demandRecorded(stored) };
  };
}

/** When half the time is over, and when little of it is left. */
const REMIND_AT = [0.5, 0.8] as const;

function remindersOf({ openedAt, expiresAt }: CardBody): readonly number[] {
  return REMIND_AT.map((part) => Math.round(openedAt + (expiresAt - openedAt) * part));
}

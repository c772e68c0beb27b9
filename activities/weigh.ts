/** Decides whether a person's word counts. A signal is a doorbell: what it says of its sender is a claim. */
import type { LocalActivities } from '../workflows/activities.ts';
import type { Card, Message, RunRef, Weighed } from '../workflows/ports.ts';
import { samePerson } from '../workflows/walk/outcome.ts';
import { appendFacts } from './record.ts';
import type { World } from './world.ts';

const SHORTEST_REASON = 3;

export function createWeigh(world: World): LocalActivities['weigh'] {
  return async ({ run, facts, message, card }) => {
    const receipts = await appendFacts(world, run, facts);
    return { ...(await weigh(world, message, card, run)), receipts };
  };
}

/**
 * Level V0, the only one so far: the name is what the message says it is. Good enough to try a playbook
 * out, never for production, where every such word is refused.
 */
async function weigh(world: World, message: Message, card: Card | null, run: RunRef): Promise<Weighed> {
  if (world.mode !== 'development')
    return refused(
      'assurance_too_low',
      'a name in a message proves nobody; asserted names (V0) count in development mode only',
    );
  if (message.reason.length < SHORTEST_REASON) return refused('no_reason', 'say why, in a few words');
  if (message.kind === 'approve' || message.kind === 'reject') {
    const stored = card === null ? null : await world.ledger.get('card', card.digest);
    if (stored === null) return refused('card_unknown', 'no such card is stored');
  }
  if (message.kind === 'approve' && samePerson(message.by, run.requestedBy))
    return refused('requester', `${message.by} asked for this run and cannot approve it`);
  return { kind: 'counts', by: message.by, assurance: 'V0' };
}

function refused(code: string, reason: string): Weighed {
  return { kind: 'refused', code, reason };
}

/**
 * What was done behind broken glass waits, after its task has ended, until somebody else has looked at it. It has no
 * time of its own: forgetting it would be the same as approving it.
 */
import type { JsonObject } from '../language/json.ts';
import type { Card, Glass } from '../ports.ts';
import { listen } from './listen.ts';
import type { Strand } from './strand.ts';

/** Resolves when it was reviewed, or when the run is cancelled or continued elsewhere. */
export async function awaitReview(strand: Strand): Promise<void> {
  const { recorder, record, task } = strand;
  const open = record.unreviewed;
  if (open === undefined) return;
  const { use } = open.glass;
  const heard = await listen(strand, Infinity, {
    deadline: Infinity,
    usable(message) {
      if (message.kind !== 'review') return 'not_a_review';
      return message.digest === use ? null : 'other_card';
    },
  });
  if (heard.kind !== 'word') return;
  delete record.unreviewed;
  recorder.announce(task.name, 'glass_reviewed', { ...heard.person, use });
  strand.wait(null);
}

/** Told at once, and to be reviewed whatever becomes of the card. Delays, policy and guards hold as ever. */
export function breakGlass(strand: Strand, card: Card, by: string, glass: Glass, details: JsonObject): void {
  const { record, recorder, ports, task } = strand;
  recorder.announce(task.name, 'glass_broken', { ...details, ...glass });
  record.unreviewed = { glass, by };
  if (card.reminders !== undefined) ports.tell(card, 'break_glass');
}

/**
 * What was done behind broken glass waits, after its task has ended, until somebody else has looked at it. It has no
 * time of its own: forgetting it would be the same as approving it.
 */
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

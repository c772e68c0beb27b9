/** A person, or a poll, settled what a call had left open. */
import type { LocalActivities } from '../workflows/activities.ts';
import { claimKey } from './keys.ts';
import { ownerOf } from './claiming.ts';
import { demandRecorded, eventsOf } from './record.ts';
import { takesBackOf } from './undo/effect.ts';
import type { World } from './world.ts';

export function createSettle(world: World): LocalActivities['settle'] {
  return async ({ run, facts, call, settled }) => {
    const takesBack = await takesBackOf(world, call.question);
    const { answer, receipts } = await world.ledger.settle(
      {
        key: claimKey(call.question, run),
        owner: ownerOf(run, call.question.task),
        inputsDigest: call.inputsDigest,
        result: settled.kind === 'completed' ? 'done' : 'released',
        ...(settled.kind === 'completed' ? { output: settled.output } : {}),
        ...(takesBack ? { takesBack } : {}),
        now: world.now(),
      },
      { events: eventsOf(run, facts) },
    );
    const texts = demandRecorded(receipts);
    if (!answer) throw new Error(`the claim of ${call.question.task} is no longer this run's to settle`);
    return { receipts: texts };
  };
}

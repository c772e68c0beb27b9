/** Tells people that a card waits. What came of it is recorded; nothing depends on it. */
import type { RemoteActivities } from '../workflows/activities.ts';
import { noticeSubject, noticeText, recipients } from './approvals/notices.ts';
import { sha256 } from './keys.ts';
import { appendFacts } from './record.ts';
import type { World } from './world.ts';

export function createTell(world: World): RemoteActivities['tell'] {
  return async ({ run, card, occasion, at }) => {
    const { notices, rosters } = world.approvals;
    if (notices === null) return {};
    const current = rosters === null ? null : await rosters.current();
    const roster = current?.kind === 'roster' ? current.roster : null;
    const { body, digest } = card;
    const subject = noticeSubject(body, occasion);
    const text = noticeText(notices, run, digest, body, occasion);
    let told = 0;
    const to = recipients(notices, roster, run, body, occasion);
    for (const address of to) {
      const key = sha256(`${digest}/${occasion}/${address}`);
      if (await notices.send({ to: address, subject, text, key })) told += 1;
    }
    const receipts = await appendFacts(world, run, [
      {
        event: 'approvers_told',
        task: body.task,
        details: { card: digest, occasion, told, failed: to.length - told },
        at,
        coordinate: `tell/${body.task}/${digest}/${occasion}`,
      },
    ]);
    return { receipts };
  };
}

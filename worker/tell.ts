/** Sends the notices that policy obliges to, through the mail server of connectors.notify. */
import { randomUUID } from 'node:crypto';
import type { Mailing } from '../activities/connectors/notify/config.ts';
import { deliver } from '../activities/connectors/notify/deliver.ts';
import { compose, messageId } from '../activities/connectors/notify/message.ts';
import type { World } from '../activities/world.ts';

const LONGEST_MS = 30_000;

/** Rejects when one of the recipients' messages was not taken; nothing is said of those before it. */
export function createTeller(
  { smtp, from }: Mailing,
  secret: (reference: string) => Promise<string>,
): NonNullable<World['tell']> {
  return async (to, subject, text) => {
    const password = smtp.password === undefined ? null : await secret(smtp.password);
    for (const recipient of to) {
      const id = messageId(randomUUID(), from);
      const message = await compose({ from, to: recipient, subject, text, messageId: id });
      const delivery = await deliver(smtp, password, message, AbortSignal.timeout(LONGEST_MS));
      if (delivery.kind !== 'accepted')
        throw new Error(`the mail server did not take a notice (${delivery.code})`);
    }
  };
}

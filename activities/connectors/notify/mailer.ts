/** Mail of our own, beside what playbooks send: one plain message, tried once. */
import type { Mailing } from './config.ts';
import { deliver } from './deliver.ts';
import { compose, messageId } from './message.ts';

export interface PlainMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Equal keys give equal message ids, by which mail servers and readers know a copy. */
  readonly key: string;
}

const PATIENCE_MS = 30_000;

/** False where it was not sent, for whatever reason. Never throws. */
export function createMailer(
  config: Mailing,
  secret: (reference: string) => Promise<string>,
): (mail: PlainMail) => Promise<boolean> {
  return async ({ to, subject, text, key }) => {
    try {
      const { password: reference } = config.smtp;
      const password = reference === undefined ? null : await secret(reference);
      const id = messageId(key, config.from);
      const message = await compose({ from: config.from, to, subject, text, messageId: id });
      const delivery = await deliver(config.smtp, password, message, AbortSignal.timeout(PATIENCE_MS));
      return delivery.kind === 'accepted';
    } catch {
      return false;
    }
  };
}

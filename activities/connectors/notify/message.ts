/** A message as the bytes that go over the wire. */
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { senderAddress } from './config.ts';
import { printable } from './printable.ts';

export interface Message {
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
}

/**
 * The same on every attempt of a call: mail servers and readers that compare ids can then tell a repeat.
 * Returned with its angle brackets, as it stands in the header.
 */
export function messageId(key: string, from: string): string {
  const domain = senderAddress(from).split('@').at(-1);
  return `<${createHash('sha256').update(key).digest('hex')}@${domain}>`;
}

export async function compose(parts: {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}): Promise<Message> {
  const composer = new MailComposer({
    from: parts.from,
    to: parts.to,
    subject: printable(parts.subject),
    text: parts.text,
    messageId: parts.messageId,
    // Automatic replies to it would go nowhere. RFC 3834.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { from: senderAddress(parts.from), to: parts.to, bytes: await composer.compile().build() };
}

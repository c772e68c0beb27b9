/** One mail to one person. */
import type { Answer, CallContext } from '../connector.ts';
import type { Mailing } from './config.ts';
import { deliver } from './deliver.ts';
import { answerFor } from './fault.ts';
import { compose, messageId } from './message.ts';

export type Sent =
  | { readonly kind: 'sent'; readonly id: string }
  | Extract<Answer<never>, { readonly kind: 'refused' | 'try_again' | 'unknown' }>;

export async function sendMail(
  { smtp, from }: Mailing,
  call: CallContext,
  mail: { readonly to: string; readonly subject: string; readonly text: string },
): Promise<Sent> {
  const { password: reference } = smtp;
  const password =
    reference === undefined ? null : await call.secret(reference, smtp.host).catch(() => undefined);
  if (password === undefined) {
    const message = `${reference}, the mail server's password, cannot be read; nothing was sent`;
    return { kind: 'try_again', because: 'unavailable', fault: { code: 'smtp_key_unavailable', message } };
  }
  const id = messageId(call.key, from);
  const message = await compose({ ...mail, from, messageId: id });
  call.heartbeat();
  const delivery = await deliver(smtp, password, message, call.signal);
  return delivery.kind === 'accepted' ? { kind: 'sent', id } : answerFor(delivery);
}

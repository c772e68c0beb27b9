/** What the simulated mail server was handed, a line per message. */
import type { MailSimulator } from '../../simulators/mail/mail.ts';
import { oneLine } from '../render/text.ts';

export function mailLines(mail: MailSimulator): readonly string[] {
  return mail
    .messages()
    .map(({ to, subject }) => `mail to ${to.map((one) => oneLine(one)).join(', ')}: ${oneLine(subject, 80)}`);
}

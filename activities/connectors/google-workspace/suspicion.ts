/** Why a mail filter looks like an intruder’s. Pure: what is known about filters stands here and nowhere else. */
import { z } from 'zod';
import { domainOf, isOurs, type GoogleConfig } from './config.ts';

export const filterBody = z.looseObject({
  id: z.string().min(1),
  criteria: z
    .looseObject({
      from: z.string().nullish(),
      to: z.string().nullish(),
      subject: z.string().nullish(),
      query: z.string().nullish(),
      hasAttachment: z.boolean().nullish(),
      size: z.number().nullish(),
    })
    .nullish(),
  action: z
    .looseObject({
      addLabelIds: z.array(z.string()).nullish(),
      removeLabelIds: z.array(z.string()).nullish(),
      forward: z.string().nullish(),
    })
    .nullish(),
});
export type MailFilter = z.output<typeof filterBody>;

/** How a filter keeps mail from being seen; null when it does not. */
type Hiding = 'deletes' | 'marks as spam' | 'archives unread';
type Hidden = { readonly how: Hiding | 'archives and marks as read' } | null;

/** Beginnings of words, so that "pass" in "passenger" is not meant but "passwords" is. */
const SECURITY =
  /(?<!\p{L})(password|passwort|passcode|kennwort|contraseña|mot de passe|security|sicherheit|sécurité|sign-?in|log-?in|anmeldung|verification|verify|2-step|2fa|mfa|suspicious|verdächtig|unauthori[sz]ed|hacked|phish|alert|recovery|no-?reply@accounts\.google)/u;
const MONEY =
  /(?<!\p{L})(invoice|rechnung|facture|factura|payment|zahlung|paiement|payroll|wire transfer|überweisung|virement|iban|swift|bank|remittance)/u;

/** Sentences an analyst can act on; empty when nothing speaks against the filter. */
export function suspicions(
  filter: MailFilter,
  config: Pick<GoogleConfig, 'domains'>,
  account: string,
): string[] {
  const reasons: string[] = [];
  const forward = filter.action?.forward;
  if (forward && !isOurs(config, forward))
    reasons.push(`Forwards mail to ${forward}, an address outside the organisation`);
  const hidden = hiding(filter);
  if (hidden === null) return reasons;
  const matched = matchedText(filter);
  const verb = sentence(hidden.how);
  if (SECURITY.test(matched)) reasons.push(`${verb} mail about passwords, sign-ins or security`);
  if (MONEY.test(matched)) reasons.push(`${verb} mail about invoices or payments`);
  const secretive = hidden.how !== 'archives unread';
  if (secretive && isBroad(filter, account)) reasons.push(`${verb} nearly all mail`);
  if (secretive && isFromColleagues(filter, config))
    reasons.push(`${verb} mail from inside the organisation`);
  return reasons;
}

function sentence(how: NonNullable<Hidden>['how']): string {
  if (how === 'marks as spam') return 'Sends to spam';
  if (how === 'archives unread') return 'Keeps out of the inbox';
  return how === 'deletes' ? 'Deletes' : 'Keeps out of the inbox, marked as read,';
}

function hiding({ action }: MailFilter): Hidden {
  const added = new Set(action?.addLabelIds ?? []);
  const removed = new Set(action?.removeLabelIds ?? []);
  if (added.has('TRASH')) return { how: 'deletes' };
  if (added.has('SPAM')) return { how: 'marks as spam' };
  if (!removed.has('INBOX')) return null;
  return { how: removed.has('UNREAD') ? 'archives and marks as read' : 'archives unread' };
}

function matchedText({ criteria }: MailFilter): string {
  const parts = [criteria?.from, criteria?.subject, criteria?.query];
  return parts.map((part) => (part ?? '').normalize('NFKC').toLowerCase()).join('\n');
}

/** No sender, subject or words to match: everything, or everything sent to the account itself. */
function isBroad({ criteria }: MailFilter, account: string): boolean {
  const { from, to, subject, query, hasAttachment, size } = criteria ?? {};
  const words = (query ?? '').trim().toLowerCase();
  if (from || subject || hasAttachment || size) return from === '*' || from === '@';
  if (to && to.trim().toLowerCase() !== account.toLowerCase()) return false;
  return words === '' || words === '*' || words === 'in:inbox' || words === 'is:unread';
}

function isFromColleagues({ criteria }: MailFilter, config: Pick<GoogleConfig, 'domains'>): boolean {
  const senders = (criteria?.from ?? '').split(/[\s,|{}()]+/);
  return senders.some((sender) => domainOf(sender) !== '' && isOurs(config, sender));
}
